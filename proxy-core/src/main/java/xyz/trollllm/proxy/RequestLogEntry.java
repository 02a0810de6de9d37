package xyz.trollllm.proxy;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.Settled;
import xyz.trollllm.billing.Settlement;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.proxy.admission.Admission;
import xyz.trollllm.proxy.admission.Identity;
import xyz.trollllm.proxy.admission.Rejection;

/**
 * What is logged of one request: refused, failed or served.
 *
 * @param keyId {@code sha256:} and 16 hexadecimal digits of the key, never the key
 * @param requestedModel the model the client asked for, as far as the body could be read
 * @param error why the request failed, as a short code; null if it did not
 * @param detail more about the error for the operator; holds no secret and no prompt
 * @param settlement what was charged and why; null if nothing was ever held
 * @param upstreamCost what the upstream says the answer cost the operator, for comparison only;
 *     null if it does not say
 * @param ledger what the ledger said: {@code taken}, {@code deferred}, ...; {@code none} if not
 *     asked, {@code free} if there was nothing to ask
 * @param firstByte until the upstream's first byte, null if none came
 * @param clientRetry the client's own count of retries of this request, if it sent one: digits
 */
public record RequestLogEntry(
    Instant at,
    String requestId,
    String instance,
    String method,
    String path,
    @Nullable String userId,
    @Nullable String keyId,
    @Nullable String requestedModel,
    int status,
    @Nullable String error,
    @Nullable String detail,
    @Nullable Settlement settlement,
    @Nullable Usd upstreamCost,
    String ledger,
    @Nullable Duration firstByte,
    Duration latency,
    @Nullable String clientRetry) {

  private static final String FREE = "free";

  /** What else stands there may be anything, and has no business in a log. */
  private static final Pattern COUNT = Pattern.compile("[0-9]{1,9}");

  /** A request that was not forwarded; {@code refused} says who sent it, if that became known. */
  static RequestLogEntry refused(
      Instant startedAt,
      String requestId,
      String instance,
      ProxyRequest request,
      ErrorAnswer error,
      Admission.@Nullable Refused refused) {
    Identity identity = refused == null ? null : refused.identity();
    Rejection reason = refused == null ? null : refused.reason();
    return new RequestLogEntry(
        startedAt,
        requestId,
        instance,
        request.method(),
        request.path(),
        identity == null ? null : identity.account().userId(),
        identity == null ? null : identity.key().id(),
        refused == null ? null : refused.model(),
        error.status(),
        error.code(),
        detail(reason),
        null,
        null,
        "none",
        null,
        Duration.between(startedAt, Instant.now()),
        clientRetry(request));
  }

  private static @Nullable String detail(@Nullable Rejection reason) {
    return switch (reason) {
      case Rejection.StoreUnavailable(String why) -> why;
      case Rejection.RequestInFlight(String first) -> firstRequest(first);
      case Rejection.RequestCarriedOut(String first) -> firstRequest(first);
      case Rejection.IdempotencyKeyReused(String first) -> firstRequest(first);
      case null, default -> null;
    };
  }

  private static String firstRequest(String id) {
    return "first request " + id;
  }

  /** A request to an endpoint that costs nothing, however it ended. */
  static RequestLogEntry free(
      Instant startedAt,
      String requestId,
      String instance,
      ProxyRequest request,
      @Nullable Identity caller,
      @Nullable String requestedModel,
      int status,
      @Nullable String error,
      @Nullable String detail,
      @Nullable Duration firstByte,
      Duration latency) {
    return new RequestLogEntry(
        startedAt,
        requestId,
        instance,
        request.method(),
        request.path(),
        caller == null ? null : caller.account().userId(),
        caller == null ? null : caller.key().id(),
        requestedModel,
        status,
        error,
        detail,
        null,
        null,
        FREE,
        firstByte,
        latency,
        clientRetry(request));
  }

  /** Whether the request was for an endpoint that costs nothing. */
  public boolean isFree() {
    return ledger.equals(FREE);
  }

  static @Nullable String clientRetry(ProxyRequest request) {
    return request
        .headers()
        .first("x-stainless-retry-count")
        .filter(count -> COUNT.matcher(count).matches())
        .orElse(null);
  }

  /**
   * By how much the charge exceeds the upstream's own cost times the multiplier; empty if the
   * upstream named no cost, or nothing was settled.
   */
  public Optional<Usd> upstreamCostDrift() {
    if (settlement == null || upstreamCost == null) {
      return Optional.empty();
    }
    BigDecimal multiplier = settlement.record().cost().multiplier();
    Usd expected = new Usd(upstreamCost.amount().multiply(multiplier));
    return Optional.of(settlement.charge().minus(expected));
  }

  /** This entry with what the ledger said. */
  RequestLogEntry settled(Settled outcome) {
    String said =
        switch (outcome) {
          case Settled.Taken _ -> "taken";
          case Settled.AlreadyTaken _ -> "already-taken";
          case Settled.TakenLate _ -> "taken-late";
          case Settled.UnknownHold _ -> "unknown-hold";
          case Settled.Deferred _ -> "deferred";
        };
    return new RequestLogEntry(
        at,
        requestId,
        instance,
        method,
        path,
        userId,
        keyId,
        requestedModel,
        status,
        error,
        detail,
        settlement,
        upstreamCost,
        said,
        firstByte,
        latency,
        clientRetry);
  }
}
