package xyz.trollllm.billing.mongo;

import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.Hold;
import xyz.trollllm.billing.Reservation;
import xyz.trollllm.billing.Usd;

/** Sets more credit aside for a request under way, until its deadline. */
final class RaiseOperation extends Operation<Reservation> {
  private final LedgerContext ledger;
  private final Hold known;
  private final Usd amount;
  private final Instant deadline;
  private Hold from;
  private UserUpdate update;

  RaiseOperation(LedgerContext ledger, Hold hold, Usd amount, Consumer<Reservation> outcome) {
    super(hold.userId(), outcome);
    Instant now = ledger.now();
    this.ledger = ledger;
    this.known = hold;
    this.amount = amount;
    this.deadline = ledger.statements().deadline(now);
    this.from = hold;
    this.update = LedgerStatements.raise(hold, amount, deadline, now);
  }

  @Override
  UserUpdate update() {
    return update;
  }

  @Override
  void matched() {
    answer(new Reservation.Held(from.of(amount)));
  }

  @Override
  Document wantsToSee() {
    return LedgerContext.shownTo(known);
  }

  @Override
  boolean missed(@Nullable Document user) {
    Reservation refusal = whyNotRaised(LedgerContext.account(known, user));
    if (refusal == null && mayLookAgain()) {
      return true;
    }
    answer(
        refusal == null
            ? ReserveOperation.unavailable("the account changed at every attempt")
            : refusal);
    return false;
  }

  /** Null if the statement, now made for the hold as it stands, may match. */
  private @Nullable Reservation whyNotRaised(@Nullable AccountView account) {
    Hold standing = account == null ? null : account.standing(known);
    if (account == null || standing == null) {
      return ReserveOperation.unavailable("request " + known.requestId() + " has ended");
    }
    if (standing.amount().compareTo(amount) >= 0) {
      return new Reservation.Held(standing);
    }
    if (account.isDisabled()) {
      return new Reservation.UserRefused();
    }
    Instant now = ledger.now();
    if (account.isCreditExpired(now)) {
      return new Reservation.CreditExpired();
    }
    if (!account.covers(amount.minus(standing.amount()))) {
      return new Reservation.InsufficientCredit(account.available());
    }
    if (!now.isBefore(deadline)) {
      return ReserveOperation.unavailable("the store did not raise the hold in time");
    }
    from = standing;
    update = LedgerStatements.raise(from, amount, deadline, now);
    return null;
  }

  @Override
  boolean failed(RuntimeException failure, Duration pause) {
    if (!(failure instanceof StoreSilentException) && !ledger.isOver(deadline, pause)) {
      return true;
    }
    answer(ReserveOperation.unavailable(reason(failure)));
    return false;
  }

  @Override
  boolean refused(RuntimeException failure) {
    answer(ReserveOperation.unavailable(reason(failure)));
    return false;
  }

  @Override
  void abandoned(String reason) {
    answer(ReserveOperation.unavailable(reason));
  }
}
