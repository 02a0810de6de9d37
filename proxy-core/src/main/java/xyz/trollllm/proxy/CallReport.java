package xyz.trollllm.proxy;

import java.time.Duration;
import java.time.Instant;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.Basis;
import xyz.trollllm.billing.Cost;
import xyz.trollllm.billing.RequestRecord;
import xyz.trollllm.billing.Settlement;
import xyz.trollllm.billing.Settlement.Outcome;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.Api;
import xyz.trollllm.config.ModelConfig;
import xyz.trollllm.proxy.admission.Admission;
import xyz.trollllm.proxy.wire.Metered;

/** Puts one call into words for the ledger and the log. One per call, used by its loop. */
final class CallReport {
  private final CallContext context;
  private final String requestId;
  private final Api api;
  private final ProxyRequest request;
  private final Instant startedAt;
  private final long startNanos = System.nanoTime();

  CallReport(CallContext context, String requestId, Api api, ProxyRequest request) {
    this.context = context;
    this.requestId = requestId;
    this.api = api;
    this.request = request;
    this.startedAt = context.clock().instant();
  }

  Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - startNanos);
  }

  /** The line of a call that was never admitted. */
  RequestLogEntry refused(ErrorAnswer error, Admission.@Nullable Refused refused) {
    return RequestLogEntry.refused(
        startedAt, requestId, context.instance(), request, error, refused);
  }

  /** What is charged. What rests on an estimate never exceeds what was held for it. */
  Settlement settlement(Admission.Admitted granted, Outcome outcome, Metered metered, int status) {
    ModelConfig model = granted.route().model();
    Cost cost = granted.route().prices().cost(model, metered.usage());
    Usd charge = cost.charge();
    Usd held = granted.hold().amount();
    TreeSet<String> flags = new TreeSet<>(metered.flags());
    flags.addAll(cost.flags());
    if (outcome == Outcome.CANCELLED) {
      flags.add("client-gone");
    }
    if (metered.servedModel() != null && !isExpected(metered.servedModel(), granted)) {
      flags.add("other-model-served");
    }
    if (granted.loweredMaxTokens().isPresent()) {
      flags.add("max-tokens-lowered");
    }
    boolean aboveHold = charge.compareTo(held) > 0;
    boolean capped = aboveHold && metered.basis() != Basis.UPSTREAM;
    if (aboveHold) {
      flags.add(capped ? "capped-at-hold" : "above-hold");
    }
    return new Settlement(
        granted.hold(),
        capped ? held : charge,
        outcome,
        new RequestRecord(
            granted.identity().key().id(),
            context.instance(),
            api.endpointSuffix(),
            model.id(),
            model.upstream(),
            metered.servedModel(),
            granted.summary().stream(),
            metered.usage(),
            metered.basis(),
            flags,
            cost,
            status,
            startedAt,
            elapsed()));
  }

  /** The line of an admitted call, before the ledger has spoken. */
  RequestLogEntry line(
      Admission.Admitted granted,
      Settlement settlement,
      @Nullable String error,
      @Nullable String detail,
      @Nullable Duration firstByte) {
    return new RequestLogEntry(
        startedAt,
        requestId,
        context.instance(),
        request.method(),
        request.path(),
        granted.identity().account().userId(),
        granted.identity().key().id(),
        granted.summary().model(),
        settlement.record().status(),
        error,
        detail,
        settlement,
        "none",
        firstByte,
        settlement.record().latency(),
        RequestLogEntry.clientRetry(request));
  }

  private static boolean isExpected(String servedModel, Admission.Admitted granted) {
    ModelConfig model = granted.route().model();
    return servedModel.equals(model.upstreamModelId())
        || servedModel.equals(model.id())
        || model.aliases().contains(servedModel);
  }
}
