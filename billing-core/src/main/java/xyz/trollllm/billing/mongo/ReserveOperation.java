package xyz.trollllm.billing.mongo;

import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.Hold;
import xyz.trollllm.billing.Reservation;

/** Sets credit aside for a new request, until its deadline. */
final class ReserveOperation extends Operation<Reservation> {
  private final LedgerContext ledger;
  private final LedgerStatements.Reserve reserve;

  /** Whether it was sent and not answered. */
  private boolean unclear;

  ReserveOperation(
      LedgerContext ledger, LedgerStatements.Reserve reserve, Consumer<Reservation> outcome) {
    super(reserve.hold().userId(), outcome);
    this.ledger = ledger;
    this.reserve = reserve;
  }

  @Override
  UserUpdate update() {
    return reserve.update();
  }

  @Override
  void matched() {
    answer(new Reservation.Held(reserve.hold()));
  }

  @Override
  Document wantsToSee() {
    return LedgerContext.shownTo(reserve.hold());
  }

  @Override
  boolean missed(@Nullable Document user) {
    Reservation refusal = whyNotHeld(LedgerContext.account(reserve.hold(), user));
    if (refusal == null && mayLookAgain()) {
      return true;
    }
    answer(refusal == null ? unavailable("the account changed at every attempt") : refusal);
    return false;
  }

  /** Null if the statement may match when it is tried again. */
  private @Nullable Reservation whyNotHeld(@Nullable AccountView account) {
    Hold wanted = reserve.hold();
    if (account == null) {
      return new Reservation.UserRefused();
    }
    Hold standing = account.hold();
    if (standing != null) {
      return new Reservation.Held(standing);
    }
    if (account.hasEnded()) {
      return unavailable("request " + wanted.requestId() + " has ended");
    }
    if (account.isDisabled()) {
      return new Reservation.UserRefused();
    }
    Instant now = ledger.now();
    if (account.isCreditExpired(now)) {
      return new Reservation.CreditExpired();
    }
    if (account.openHolds() >= ledger.maxOpenHolds()) {
      return new Reservation.TooManyHolds(ledger.maxOpenHolds());
    }
    if (!account.covers(wanted.amount())) {
      return new Reservation.InsufficientCredit(account.available());
    }
    if (!account.isAnchored()) {
      ledger
          .store()
          .update(BookStatements.anchor(wanted.userId(), wanted.creditField(), account.document()));
      return null;
    }
    return now.isBefore(reserve.deadline())
        ? null
        : unavailable("the store did not set the hold before its deadline");
  }

  @Override
  boolean failed(RuntimeException failure, Duration pause) {
    boolean silent = failure instanceof StoreSilentException;
    unclear |= !silent;
    if (!silent && !ledger.isOver(reserve.deadline(), pause)) {
      return true;
    }
    abandoned(reason(failure));
    return false;
  }

  @Override
  boolean refused(RuntimeException failure) {
    answer(unavailable(reason(failure)));
    return false;
  }

  @Override
  void abandoned(String reason) {
    if (unclear) {
      ledger.strays().add(reserve.hold(), reserve.deadline());
    }
    answer(unavailable(reason));
  }

  static Reservation unavailable(String reason) {
    return new Reservation.Unavailable(reason);
  }
}
