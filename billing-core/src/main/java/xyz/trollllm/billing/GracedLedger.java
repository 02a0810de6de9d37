package xyz.trollllm.billing;

import java.time.Clock;
import java.time.Instant;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A ledger that admits requests while its store does not answer, as far as a grace for each account
 * allows. What they cost is charged when the store answers again, whatever the balance is by then:
 * so in one outage an account can be overdrawn by at most its grace on every instance, beside what
 * requests cost above their holds.
 *
 * <p>Admitted are requests of accounts whose balance was seen before and covers them. Their holds
 * are {@link Hold#graced}. Safe for use by many threads.
 */
public final class GracedLedger extends ForwardingLedger {
  private final StoreState store;
  private final Clock clock;
  private final GraceAllowance allowance;

  /**
   * Decorates {@code ledger}, which belongs to this from now on.
   *
   * @param perAccount what the requests of one account may cost in one outage
   */
  public GracedLedger(CreditLedger ledger, StoreState store, Usd perAccount, Clock clock) {
    super(ledger);
    this.store = store;
    this.clock = clock;
    this.allowance = new GraceAllowance(perAccount);
  }

  @Override
  public void reserve(HoldRequest request, Consumer<Reservation> outcome) {
    super.reserve(
        request,
        answer ->
            outcome.accept(
                answer instanceof Reservation.Unavailable refused
                    ? unanswered(request, refused)
                    : answer));
  }

  private Reservation unanswered(HoldRequest request, Reservation.Unavailable refused) {
    @Nullable Usd lastSeen = request.lastSeen();
    @Nullable Instant silentSince = store.silentSince().orElse(null);
    if (lastSeen == null || silentSince == null) {
      return refused;
    }
    Instant now = clock.instant();
    Hold hold = request.heldAt(now).asGraced();
    if (!allowance.admit(hold, lastSeen, silentSince, now)) {
      return new Reservation.Unavailable(refused.reason() + ", and the account's grace is used up");
    }
    // It may have been set without an answer, and is wanted after all.
    extend(hold);
    return new Reservation.Held(hold);
  }

  @Override
  public void raise(Hold hold, Usd amount, Consumer<Reservation> outcome) {
    if (!hold.graced()) {
      super.raise(hold, amount, outcome);
      return;
    }
    hold.requireLessThan(amount);
    outcome.accept(
        allowance.raise(hold, amount)
            ? new Reservation.Held(hold.of(amount))
            : new Reservation.Unavailable("the account's grace is used up"));
  }

  @Override
  public void settle(Settlement settlement, Consumer<Settled> outcome) {
    if (settlement.hold().graced()) {
      allowance.ended(settlement.hold(), settlement.charge());
    }
    super.settle(settlement, outcome);
  }
}
