package xyz.trollllm.proxy;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.Basis;
import xyz.trollllm.billing.Cost;
import xyz.trollllm.billing.RequestRecord;
import xyz.trollllm.billing.Settlement;
import xyz.trollllm.billing.Settlement.Outcome;
import xyz.trollllm.billing.TokenUsage;
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
  private final Set<String> callFlags = new HashSet<>();
  private @Nullable Duration firstByte;
  private LitellmHeaders litellm = LitellmHeaders.NONE;

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

  /** What an answer costs that used this much. */
  Cost cost(Admission.Admitted granted, Metered metered) {
    return granted.route().prices().cost(granted.route().model(), metered.usage());
  }

  /** Notes something unusual about the call. */
  void flag(String flag) {
    callFlags.add(flag);
  }

  /** The head of the upstream's answer came; notes what it tells operators. */
  void headCame(Headers head) {
    firstByte = elapsed();
    litellm = LitellmHeaders.of(head);
    if (litellm.fellBack()) {
      flag(CallFlags.UPSTREAM_FALLBACK);
    }
  }

  /** The end of a call's money, with what is remembered of it. */
  Settlement settlement(Admission.Admitted granted, Outcome outcome, Metered metered, int status) {
    ModelConfig model = granted.route().model();
    Cost cost = cost(granted, metered);
    TreeSet<String> flags = new TreeSet<>(metered.flags());
    flags.addAll(cost.flags());
    flags.addAll(callFlags);
    if (outcome == Outcome.CANCELLED) {
      flags.add(CallFlags.CLIENT_GONE);
    }
    if (metered.servedModel() != null && !isExpected(metered.servedModel(), granted)) {
      flags.add(CallFlags.OTHER_MODEL_SERVED);
    }
    if (granted.loweredMaxTokens().isPresent()) {
      flags.add(CallFlags.MAX_TOKENS_LOWERED);
    }
    if (granted.hold().graced()) {
      flags.add(CallFlags.STORE_OUTAGE_GRACE);
    }
    Usd charge = limited(granted, metered, cost.charge(), flags);
    return new Settlement(
        granted.hold(),
        charge,
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

  /**
   * The charge of what {@code usage} costs: in full as far as the upstream reported it, up to what
   * the model can use at all; by an estimate no more than what was held.
   */
  private static Usd limited(
      Admission.Admitted granted, Metered metered, Usd cost, Set<String> flags) {
    Usd held = granted.hold().amount();
    if (cost.compareTo(held) <= 0) {
      return cost;
    }
    Usd most = max(held, granted.ceiling());
    if (metered.basis() != Basis.UPSTREAM) {
      TokenUsage reported = LeastUsage.reported(metered);
      most =
          min(
              most,
              max(held, granted.route().prices().cost(granted.route().model(), reported).charge()));
    }
    Usd charge = min(cost, most);
    if (charge.compareTo(held) > 0) {
      flags.add(CallFlags.ABOVE_HOLD);
    }
    if (charge.compareTo(cost) < 0) {
      boolean estimated = metered.basis() != Basis.UPSTREAM;
      flags.add(estimated ? CallFlags.CAPPED_AT_HOLD : CallFlags.CAPPED_AT_CEILING);
    }
    return charge;
  }

  private static Usd max(Usd one, Usd other) {
    return one.compareTo(other) < 0 ? other : one;
  }

  private static Usd min(Usd one, Usd other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  /** The line of an admitted call, before the ledger has spoken. */
  RequestLogEntry line(
      Admission.Admitted granted,
      Settlement settlement,
      @Nullable String error,
      @Nullable String detail) {
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
        litellm.cost(),
        "none",
        firstByte,
        settlement.record().latency(),
        RequestLogEntry.clientRetry(request));
  }

  /** Where in our code a bug showed itself. What it says is left out: it may quote a request. */
  static String place(Throwable bug) {
    String where = bug.getStackTrace().length == 0 ? "" : " at " + bug.getStackTrace()[0];
    return bug.getClass().getName() + where;
  }

  private static boolean isExpected(String servedModel, Admission.Admitted granted) {
    ModelConfig model = granted.route().model();
    return servedModel.equals(model.upstreamModelId())
        || servedModel.equals(model.id())
        || model.aliases().contains(servedModel);
  }
}
