package xyz.trollllm.proxy.admission;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.CreditLedger;
import xyz.trollllm.billing.HoldRequest;
import xyz.trollllm.billing.Reservation;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.CreditField;
import xyz.trollllm.config.LowBalance;

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

  /**
   * @param notAfter when nothing may be held any more; null for as long as the ledger tries
   */
  void hold(Candidate candidate, @Nullable Instant notAfter, Consumer<Admission> decide) {
    Route route = candidate.route();
    UpperBound bound = new UpperBound(candidate.summary(), candidate.bodyBytes(), route);
    Attempt attempt = new Attempt(candidate, notAfter, bound);
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
    Candidate candidate = attempt.candidate();
    Account account = candidate.identity().account();
    CreditField field = candidate.route().model().creditField();
    HoldRequest request =
        new HoldRequest(
            candidate.requestId(),
            account.userId(),
            field,
            amount,
            lifetime,
            account.lastSeen(field, clock.instant()));
    Instant notAfter = attempt.notAfter();
    ledger.reserve(notAfter == null ? request : request.by(notAfter), outcome);
  }

  /** One request that credit is wanted for. */
  private record Attempt(Candidate candidate, @Nullable Instant notAfter, UpperBound bound) {

    Admission outcome(Reservation reservation, Usd wanted, OptionalLong lowered) {
      CreditField field = candidate.route().model().creditField();
      return switch (reservation) {
        case Reservation.Held(var hold) ->
            new Admission.Admitted(
                candidate.identity(),
                candidate.summary(),
                candidate.route(),
                hold,
                bound.ceiling(),
                lowered);
        case Reservation.InsufficientCredit(var available) ->
            candidate.refused(new Rejection.InsufficientCredit(field, wanted, available));
        case Reservation.CreditExpired() -> candidate.refused(new Rejection.CreditExpired(field));
        case Reservation.UserRefused() -> candidate.refused(new Rejection.UserDisabled());
        case Reservation.TooManyHolds(int limit) ->
            candidate.refused(new Rejection.TooManyInFlight(limit));
        case Reservation.Unavailable(String reason) ->
            candidate.refused(new Rejection.StoreUnavailable(reason));
      };
    }
  }
}
