package xyz.trollllm.proxy.admission;

import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.Hold;
import xyz.trollllm.proxy.wire.RequestSummary;

/** What the {@link Gatekeeper} decided. */
public sealed interface Admission {
  /** The request may be forwarded; {@code hold} must be settled whatever happens. */
  record Admitted(Identity identity, RequestSummary summary, Route route, Hold hold)
      implements Admission {}

  /**
   * The request must not be forwarded. Nothing is held.
   *
   * @param identity who asked, if that became known
   * @param model what was asked for, if that became known
   */
  record Refused(Rejection reason, @Nullable Identity identity, @Nullable String model)
      implements Admission {}
}
