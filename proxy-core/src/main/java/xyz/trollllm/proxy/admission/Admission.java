package xyz.trollllm.proxy.admission;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.Hold;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.proxy.wire.RequestSummary;

/** What the {@link Gatekeeper} decided. */
public sealed interface Admission {
  /**
   * The request may be forwarded; {@code hold} must be settled whatever happens.
   *
   * @param ceiling the most that is ever charged for it, should the upstream ignore its limits
   * @param loweredMaxTokens the longest answer to ask for, if the balance covers none as long as
   *     was asked for
   */
  record Admitted(
      Identity identity,
      RequestSummary summary,
      Route route,
      Hold hold,
      Usd ceiling,
      OptionalLong loweredMaxTokens)
      implements Admission {

    /** The same, with more held. */
    public Admitted with(Hold raised) {
      return new Admitted(identity, summary, route, raised, ceiling, loweredMaxTokens);
    }
  }

  /**
   * The request must not be forwarded. Nothing is held.
   *
   * @param identity who asked, if that became known
   * @param model what was asked for, if that became known
   */
  record Refused(Rejection reason, @Nullable Identity identity, @Nullable String model)
      implements Admission {}
}
