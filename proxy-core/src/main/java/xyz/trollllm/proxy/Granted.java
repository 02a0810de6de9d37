package xyz.trollllm.proxy;

import java.net.URI;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.Settlement.Outcome;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.DrainLimit;
import xyz.trollllm.proxy.admission.Admission;
import xyz.trollllm.proxy.admission.Rejection;
import xyz.trollllm.proxy.upstream.Upstream;
import xyz.trollllm.proxy.upstream.UpstreamRequest;
import xyz.trollllm.proxy.wire.BodyEdits;
import xyz.trollllm.proxy.wire.Metered;

/**
 * What a call has once it is admitted: held credit, attempts at its upstream, and an end to come.
 */
record Granted(
    Admission.Admitted admitted, HeldCredit credit, UpstreamAttempts attempts, CallEnd end) {
  /** Of calls whose client has seen nothing. */
  private static final int NO_STATUS = 0;

  static Granted of(
      CallContext context,
      CallReport report,
      Admission.Admitted admitted,
      ProxyRequest request,
      Caller caller,
      GuardedLoop loop,
      Upstream.Listener listener) {
    ConfiguredUpstream upstream =
        Objects.requireNonNull(context.upstreams().get(admitted.route().model().upstream()));
    HeldCredit credit = new HeldCredit(context, report, admitted, loop);
    UpstreamAttempts attempts =
        new UpstreamAttempts(
            upstream,
            key -> forwarded(admitted, request, caller, upstream, key.value()),
            loop.loop(),
            listener);
    return new Granted(admitted, credit, attempts, new CallEnd(credit, attempts, caller));
  }

  private static UpstreamRequest forwarded(
      Admission.Admitted admitted,
      ProxyRequest request,
      Caller caller,
      ConfiguredUpstream upstream,
      String key) {
    return new UpstreamRequest(
        URI.create(admitted.route().url() + QueryRules.toUpstream(request.query())),
        HeaderRules.toUpstream(request.headers(), upstream.config(), key, caller.requestId()),
        BodyEdits.forward(
            request.body(),
            admitted.summary(),
            caller.api(),
            admitted.route().model().upstreamModelId(),
            admitted.loweredMaxTokens()));
  }

  /** Sends the request for the first time; returns why not if it may not be sent. */
  Optional<Rejection> open() {
    credit.progress(() -> credit.settlement(Outcome.ERROR, Metered.nothing(null), NO_STATUS));
    return attempts.open();
  }

  /** How far the answer is read on without its client; empty for not at all. */
  Optional<DrainLimit> drainLimit() {
    return admitted.route().model().policy().drain();
  }

  /** What the call would cost if its client's departure ended it now. */
  Usd costSoFar(@Nullable Answer answer) {
    return answer == null ? Usd.ZERO : credit.cost(answer.meteredWhenAbandoned());
  }
}
