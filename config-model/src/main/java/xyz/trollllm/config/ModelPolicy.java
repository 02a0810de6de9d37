package xyz.trollllm.config;

import java.util.Optional;

/**
 * How requests to one model are bounded and metered where the numbers of the request or the answer
 * do not say.
 *
 * @param mediaTokens bounds what media in a request's body can cost
 * @param onLowBalance what happens when the balance does not cover the longest answer asked for
 * @param drain how far an answer is read on after its client went away; empty cancels it at once
 * @param maxSubInferences how many inferences beside its own a request may cause, such as
 *     compactions and advice; 0 refuses requests that ask for any
 * @param charactersPerToken what tokens are estimated by when the upstream reports none
 */
public record ModelPolicy(
    MediaTokens mediaTokens,
    LowBalance onLowBalance,
    Optional<DrainLimit> drain,
    int maxSubInferences,
    int charactersPerToken) {
  /** What holds for a model that configures nothing. */
  public static final ModelPolicy DEFAULT =
      new ModelPolicy(MediaTokens.UNBOUNDED, LowBalance.REFUSE, Optional.empty(), 0, 4);
}
