package xyz.trollllm.billing.mongo;

import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.Hold;
import xyz.trollllm.billing.HoldRequest;
import xyz.trollllm.billing.Reservation;
import xyz.trollllm.billing.Settled;
import xyz.trollllm.billing.Settlement;
import xyz.trollllm.billing.Usd;

/**
 * Carries out statements and finds out what it means when one does not match. Blocks; after a
 * {@link com.mongodb.MongoException} the same operation may be carried out again.
 */
final class LedgerOperations {
  /** How often an account is looked at again when it changed between a statement and the look. */
  private static final int LOOKS = 5;

  private final LedgerStore store;
  private final LedgerStatements statements;
  private final int maxOpenHolds;
  private final Clock clock;

  LedgerOperations(LedgerStore store, MongoLedgerOptions options, Clock clock) {
    this.store = store;
    this.statements = new LedgerStatements(options);
    this.maxOpenHolds = options.maxOpenHolds();
    this.clock = clock;
  }

  /** Fixes what will be held and until when trying makes sense, however often it is tried. */
  LedgerStatements.Reserve prepare(HoldRequest request) {
    return statements.reserve(request, clock.instant());
  }

  Reservation reserve(LedgerStatements.Reserve reserve) {
    for (int look = 0; look < LOOKS; look++) {
      if (store.update(reserve.update())) {
        return new Reservation.Held(reserve.hold());
      }
      Optional<Reservation> refusal = whyNotHeld(reserve);
      if (refusal.isPresent()) {
        return refusal.get();
      }
    }
    return new Reservation.Unavailable("the account changed at every attempt");
  }

  /** Empty if the statement may match when it is tried again. */
  private Optional<Reservation> whyNotHeld(LedgerStatements.Reserve reserve) {
    Hold wanted = reserve.hold();
    AccountView account = account(wanted);
    if (account == null) {
      return Optional.of(new Reservation.UserRefused());
    }
    Hold standing = account.hold();
    if (standing != null) {
      return Optional.of(new Reservation.Held(standing));
    }
    if (account.hasEnded()) {
      return unavailable("request " + wanted.requestId() + " has ended");
    }
    if (account.isDisabled()) {
      return Optional.of(new Reservation.UserRefused());
    }
    Instant now = clock.instant();
    if (account.isCreditExpired(now)) {
      return Optional.of(new Reservation.CreditExpired());
    }
    if (account.openHolds() >= maxOpenHolds) {
      return Optional.of(new Reservation.TooManyHolds(maxOpenHolds));
    }
    if (!account.covers(wanted.amount())) {
      return Optional.of(new Reservation.InsufficientCredit(account.available()));
    }
    if (!account.isAnchored()) {
      store.update(
          LedgerStatements.anchor(wanted.userId(), wanted.creditField(), account.balance()));
      return Optional.empty();
    }
    return now.isBefore(reserve.deadline())
        ? Optional.empty()
        : unavailable("the store did not set the hold before its deadline");
  }

  /** Until when trying to set credit aside makes sense that is asked for now. */
  Instant deadline() {
    return statements.deadline(clock.instant());
  }

  Reservation raise(Hold hold, Usd amount, Instant deadline) {
    Hold from = hold;
    for (int look = 0; look < LOOKS; look++) {
      Instant now = clock.instant();
      if (store.update(LedgerStatements.raise(from, amount, deadline, now))) {
        return new Reservation.Held(from.of(amount));
      }
      AccountView account = account(hold);
      Hold standing = account == null ? null : account.hold();
      if (account == null || standing == null || !isSame(hold, standing, account)) {
        return new Reservation.Unavailable("request " + hold.requestId() + " has ended");
      }
      if (standing.amount().compareTo(amount) >= 0) {
        return new Reservation.Held(standing);
      }
      if (account.isDisabled()) {
        return new Reservation.UserRefused();
      }
      if (account.isCreditExpired(now)) {
        return new Reservation.CreditExpired();
      }
      if (!account.covers(amount.minus(standing.amount()))) {
        return new Reservation.InsufficientCredit(account.available());
      }
      if (!now.isBefore(deadline)) {
        return new Reservation.Unavailable("the store did not raise the hold in time");
      }
      from = standing;
    }
    return new Reservation.Unavailable("the account changed at every attempt");
  }

  /** Whether the hold that stands is the known one, be it as it was or raised. */
  private static boolean isSame(Hold known, Hold standing, AccountView account) {
    return known.creditField() == standing.creditField()
        && (known.amount().equals(standing.amount()) || account.wasRaisedFrom(known.amount()));
  }

  private static Optional<Reservation> unavailable(String reason) {
    return Optional.of(new Reservation.Unavailable(reason));
  }

  /** Fixes what will be written, however often it is tried. */
  UserUpdate prepare(Settlement settlement) {
    return statements.settle(settlement, clock.instant());
  }

  /** Takes a charge by its prepared update or, if the hold has expired, by a late one. */
  Settled settle(Settlement settlement, UserUpdate prepared) {
    Hold hold = settlement.hold();
    UserUpdate update = prepared;
    for (int look = 0; look < LOOKS; look++) {
      if (store.update(update)) {
        return new Settled.Taken();
      }
      AccountView account = account(hold);
      if (account == null || (account.hold() == null && !account.hasEnded())) {
        return settledLongAgo(hold.requestId());
      }
      if (account.hasEndedLate() || (account.hasEnded() && !account.hasExpiredHold())) {
        return new Settled.AlreadyTaken();
      }
      if (account.hasExpiredHold() && store.update(late(settlement))) {
        return new Settled.TakenLate();
      }
      Hold standing = account.hold();
      if (standing != null && isSame(hold, standing, account)) {
        update = prepare(settlement.of(standing));
      }
    }
    // A hold stands all the while, of another amount or field than the one to be settled.
    return new Settled.UnknownHold();
  }

  /** Made anew for each attempt: it must be remembered for longer than the hold's expiry is. */
  private UserUpdate late(Settlement settlement) {
    return statements.settleLate(settlement, clock.instant());
  }

  /** What the log says of a request that its user's document no longer knows. */
  private Settled settledLongAgo(String requestId) {
    Document row = store.logRow(requestId);
    if (row == null) {
      return new Settled.UnknownHold();
    }
    boolean expired = LedgerStatements.EXPIRED.equals(row.getString(LogRow.BALANCE_OUTCOME));
    return expired && store.logRow(Paths.late(requestId)) == null
        ? new Settled.UnknownHold()
        : new Settled.AlreadyTaken();
  }

  void extend(Hold hold) {
    store.update(statements.extend(hold, clock.instant()));
  }

  /** Releases an expired hold. False if it was settled, extended or released meanwhile. */
  boolean expire(Hold hold, Instant before) {
    return store.update(statements.expire(hold, before, clock.instant()));
  }

  private @Nullable AccountView account(Hold hold) {
    Document document =
        store.user(hold.userId(), AccountView.projection(hold.creditField(), hold.requestId()));
    return document == null
        ? null
        : new AccountView(hold.userId(), hold.creditField(), hold.requestId(), document);
  }
}
