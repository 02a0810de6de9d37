package xyz.trollllm.billing.mongo;

import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.Hold;
import xyz.trollllm.billing.Settled;
import xyz.trollllm.billing.Settlement;

/**
 * Takes a charge by turning its hold into an outbox entry or, if the hold has expired, beside that
 * entry; or without a hold, if the request was admitted while the store did not answer. Tried until
 * the store has answered.
 */
final class SettleOperation extends Operation<Settled> {
  /** Failed attempts after which the settlement is reported as deferred. */
  private static final int PATIENCE = 3;

  private final LedgerContext ledger;
  private final Settlement settlement;
  private final Unsettled unsettled;
  private UserUpdate update;
  private boolean late;
  private boolean unheld;

  /** By this instance's clock, before the account was looked at last. */
  private Instant beforeLook;

  private int failures;

  SettleOperation(
      LedgerContext ledger, Settlement settlement, Unsettled unsettled, Consumer<Settled> outcome) {
    super(settlement.hold().userId(), outcome);
    this.ledger = ledger;
    this.settlement = settlement;
    this.unsettled = unsettled;
    this.beforeLook = ledger.now();
    this.update = ledger.statements().settle(settlement, beforeLook);
  }

  @Override
  UserUpdate update() {
    return update;
  }

  @Override
  void matched() {
    end(late ? new Settled.TakenLate() : new Settled.Taken());
  }

  @Override
  Document wantsToSee() {
    beforeLook = ledger.now();
    return LedgerContext.shownTo(settlement.hold());
  }

  @Override
  boolean missed(@Nullable Document user) {
    Settled settled = whyNotTaken(LedgerContext.account(settlement.hold(), user));
    if (settled == null && mayLookAgain()) {
      return true;
    }
    if (settled == null && settlement.hold().graced()) {
      // The clocks disagree, or the user is changed without end: refused, and tried again later.
      throw new IllegalStateException("the store does not take a charge without a hold");
    }
    // Unknown: a hold stands all the while, of another amount or field than the one to be settled.
    end(settled == null ? new Settled.UnknownHold() : settled);
    return false;
  }

  /** Null if an update, which may be another one now, is to be tried. */
  private @Nullable Settled whyNotTaken(@Nullable AccountView account) {
    if (account == null || (account.hold() == null && !account.hasEnded())) {
      return settledLongAgo(account);
    }
    if (account.hasEndedLate() || (account.hasEnded() && !account.hasExpiredHold())) {
      return new Settled.AlreadyTaken();
    }
    Hold standing = account.standing(settlement.hold());
    if (account.hasExpiredHold()) {
      // Made anew for each attempt: it must be remembered for longer than the hold's expiry is.
      late = true;
      unheld = false;
      update = ledger.statements().settleLate(settlement, ledger.now());
    } else if (standing != null) {
      late = false;
      unheld = false;
      update = ledger.statements().settle(settlement.of(standing), ledger.now());
    }
    return null;
  }

  /**
   * What the log says of a request that its user's document does not know any more; null if it
   * never did and need not.
   */
  private @Nullable Settled settledLongAgo(@Nullable AccountView account) {
    String requestId = settlement.hold().requestId();
    Document row = ledger.store().logRow(requestId);
    if (row == null && account != null && settlement.hold().graced()) {
      settleUnheld(account);
      return null;
    }
    if (row == null) {
      return new Settled.UnknownHold();
    }
    boolean expired = LedgerStatements.EXPIRED.equals(row.getString(LogRow.BALANCE_OUTCOME));
    return expired && ledger.store().logRow(Paths.late(requestId)) == null
        ? new Settled.UnknownHold()
        : new Settled.AlreadyTaken();
  }

  private void settleUnheld(AccountView account) {
    Hold hold = settlement.hold();
    if (!account.isAnchored()) {
      ledger
          .store()
          .update(BookStatements.anchor(hold.userId(), hold.creditField(), account.document()));
    }
    late = false;
    unheld = true;
    update = ledger.statements().settleUnheld(settlement, beforeLook);
  }

  @Override
  boolean failed(RuntimeException failure, Duration pause) {
    return refused(failure);
  }

  @Override
  boolean refused(RuntimeException failure) {
    lookAnew();
    if (unheld) {
      // It may have happened: not to be sent again before another look.
      unheld = false;
      update = ledger.statements().settle(settlement, ledger.now());
    }
    if (++failures == PATIENCE || failure instanceof StoreSilentException) {
      unsettled.isDeferred(settlement.hold().requestId());
      answer(new Settled.Deferred(reason(failure)));
    }
    return true;
  }

  @Override
  void abandoned(String reason) {
    answer(new Settled.Deferred(reason));
  }

  private void end(Settled settled) {
    unsettled.hasEnded(settlement.hold().requestId(), settled);
    answer(settled);
  }
}
