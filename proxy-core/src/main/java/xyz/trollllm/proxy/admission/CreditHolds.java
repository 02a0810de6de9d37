package xyz.trollllm.proxy.admission;

import java.time.Clock;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.Consumer;
import xyz.trollllm.billing.CreditLedger;
import xyz.trollllm.billing.HoldRequest;
import xyz.trollllm.billing.Reservation;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.CreditField;
import xyz.trollllm.config.LowBalance;
import xyz.trollllm.proxy.wire.RequestSummary;

/**
 * Sets aside what a request can cost. If the balance covers less and the model's configuration
 * allows it, the request is admitted with the longest answer that the balance does cover.
 *
 * <p>Safe for use by many threads. Never blocks.
 */
final class CreditHolds {
  private final CreditLedger ledger;
  private final Duration lifetime;
  private final Clock clock;

  CreditHolds(CreditLedger ledger, Duration lifetime, Clock clock) {
    this.ledger = ledger;
    this.lifetime = lifetime;
    this.clock = clock;
  }

  void hold(
      String requestId,
      Identity identity,
      RequestSummary summary,
      int bodyBytes,
      Route route,
      Consumer<Admission> decide) {
    UpperBound bound = new UpperBound(summary, bodyBytes, route);
    Attempt attempt = new Attempt(requestId, identity, summary, route, bound);
    Usd asked = bound.asked();
    reserve(
        attempt,
        asked,
        reservation -> {
          OptionalLong lowered = lowered(reservation, route, bound);
          if (lowered.isEmpty()) {
            decide.accept(attempt.outcome(reservation, asked, OptionalLong.empty()));
          } else {
            lower(attempt, lowered, decide);
          }
        });
  }

  private static OptionalLong lowered(Reservation reservation, Route route, UpperBound bound) {
    return reservation instanceof Reservation.InsufficientCredit(Usd available)
            && route.model().policy().onLowBalance() == LowBalance.LOWER_MAX_TOKENS
        ? bound.affordable(available)
        : OptionalLong.empty();
  }

  /** Once: whoever loses the rest of a balance to another request in between is refused. */
  private void lower(Attempt attempt, OptionalLong lowered, Consumer<Admission> decide) {
    Usd less = attempt.bound().of(lowered.getAsLong());
    reserve(
        attempt, less, reservation -> decide.accept(attempt.outcome(reservation, less, lowered)));
  }

  private void reserve(Attempt attempt, Usd amount, Consumer<Reservation> outcome) {
    Account account = attempt.identity().account();
    CreditField field = attempt.route().model().creditField();
    ledger.reserve(
        new HoldRequest(
            attempt.requestId(),
            account.userId(),
            field,
            amount,
            lifetime,
            account.lastSeen(field, clock.instant())),
        outcome);
  }

  /** One request that credit is wanted for. */
  private record Attempt(
      String requestId, Identity identity, RequestSummary summary, Route route, UpperBound bound) {

    Admission outcome(Reservation reservation, Usd wanted, OptionalLong lowered) {
      CreditField field = route.model().creditField();
      return switch (reservation) {
        case Reservation.Held(var hold) ->
            new Admission.Admitted(identity, summary, route, hold, bound.ceiling(), lowered);
        case Reservation.InsufficientCredit(var available) ->
            refused(new Rejection.InsufficientCredit(field, wanted, available));
        case Reservation.CreditExpired() -> refused(new Rejection.CreditExpired(field));
        case Reservation.UserRefused() -> refused(new Rejection.UserDisabled());
        case Reservation.TooManyHolds(int limit) -> refused(new Rejection.TooManyInFlight(limit));
        case Reservation.Unavailable(String reason) ->
            refused(new Rejection.StoreUnavailable(reason));
      };
    }

    private Admission refused(Rejection reason) {
      return new Admission.Refused(reason, identity, summary.model());
    }
  }
}
