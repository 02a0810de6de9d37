package xyz.trollllm.config;

import java.util.OptionalLong;

/**
 * The most tokens that one medium inside a request's body can cost, by its kind. A kind without a
 * bound counts as the longest prompt that the model takes.
 */
public record MediaTokens(OptionalLong image, OptionalLong document, OptionalLong audio) {
  /** Nothing is known of any kind. */
  public static final MediaTokens UNBOUNDED =
      new MediaTokens(OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty());
}
