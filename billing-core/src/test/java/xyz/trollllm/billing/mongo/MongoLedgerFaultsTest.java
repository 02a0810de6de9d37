package xyz.trollllm.billing.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static xyz.trollllm.billing.Requests.hold;
import static xyz.trollllm.billing.Requests.settlement;
import static xyz.trollllm.config.CreditField.CREDITS;

import com.mongodb.MongoException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.Test;
import xyz.trollllm.billing.Hold;
import xyz.trollllm.billing.HoldRequest;
import xyz.trollllm.billing.OneAnswer;
import xyz.trollllm.billing.Requests;
import xyz.trollllm.billing.Reservation;
import xyz.trollllm.billing.Settled;
import xyz.trollllm.billing.Settlement;
import xyz.trollllm.billing.Usd;

/** Lost messages, repeated messages and half-done work move money once all the same. */
final class MongoLedgerFaultsTest extends LedgerFixture {

  @Test
  void reservationWhoseReplyIsLostHoldsOnce() {
    giveCredit(1.0);
    reserve(hold(USER, CREDITS, "0"));
    store.loseReplies(1);

    Hold hold = reserve(hold(USER, CREDITS, "0.5"));

    assertThat(hold.amount()).isEqualTo(Usd.of("0.5"));
    assertThat(Documents.count(user(), "gw.held.credits")).isEqualTo(500_000_000);
    assertThat(Documents.count(user(), "gw.n")).isEqualTo(2);
  }

  @Test
  void settlementWhoseReplyIsLostTakesOnce() {
    giveCredit(1.0);
    Hold hold = reserve(hold(USER, CREDITS, "0.5"));
    store.loseReplies(1);

    assertThat(settle(settlement(hold, "0.25"))).isEqualTo(new Settled.AlreadyTaken());

    assertThat(user().getDouble("credits")).isEqualTo(0.75);
  }

  @Test
  void lateSettlementWhoseReplyIsLostTakesOnce() {
    giveCredit(1.0);
    Hold hold = reserve(hold(USER, CREDITS, "0.5"));
    clock.move(Requests.LIFETIME.plusMinutes(1));
    ledger.upkeep().sweepOnce();
    store.loseReplies(1);

    assertThat(settle(settlement(hold, "0.25"))).isEqualTo(new Settled.AlreadyTaken());

    assertThat(user().getDouble("credits")).isEqualTo(0.75);
  }

  @Test
  void settlementIsDeferredUntilTheStoreAnswers() {
    giveCredit(1.0);
    Hold hold = reserve(hold(USER, CREDITS, "0.5"));
    store.loseRequests(6);

    assertThat(settle(settlement(hold, "0.25"))).isInstanceOf(Settled.Deferred.class);

    Eventually.holds(() -> user().getDouble("credits") == 0.75);
  }

  @Test
  void reservationIsUnavailableWhenTheStoreStaysSilent() {
    giveCredit(1.0);
    MongoLedgerOptions impatient =
        new MongoLedgerOptions(
            "impatient",
            Duration.ofMillis(100),
            10,
            Duration.ofMinutes(1),
            Duration.ofSeconds(1),
            Duration.ZERO);
    store.loseRequests(1_000);

    try (MongoCreditLedger silent = open(impatient)) {
      OneAnswer<Reservation> answer = new OneAnswer<>();
      silent.reserve(hold(USER, CREDITS, "0.5"), answer);

      assertThat(answer.get())
          .isEqualTo(new Reservation.Unavailable("the store failed with MongoSocketReadException"));
    }
    store.loseRequests(0);
  }

  @Test
  void closingNamesTheRequestsThatWereNotSettled() {
    giveCredit(1.0);
    Hold hold = reserve(hold(USER, CREDITS, "0.5"));
    List<String> messages = new CopyOnWriteArrayList<>();
    Logger logger = Logger.getLogger(MongoCreditLedger.class.getName());
    Handler handler = new Messages(messages);
    logger.addHandler(handler);
    MongoCreditLedger closing = open(OPTIONS.withCloseTimeout(Duration.ofMillis(50)));
    OneAnswer<Settled> answer = new OneAnswer<>();
    store.loseRequests(1_000);

    closing.settle(settlement(hold, "0.25"), answer);
    closing.close();
    logger.removeHandler(handler);
    store.loseRequests(0);

    assertThat(answer.get()).isInstanceOf(Settled.Deferred.class);
    assertThat(messages)
        .contains("SEVERE requests not settled when the ledger closed: [" + hold.requestId() + "]");
    assertThat(settle(settlement(hold, "0.25"))).isEqualTo(new Settled.Taken());
  }

  @Test
  void duplicateOfAReservationIsFencedByTheSettledRequest() {
    giveCredit(1.0);
    HoldRequest request = hold(USER, CREDITS, "0.5");
    LedgerStatements.Reserve stuck =
        new LedgerStatements(OPTIONS).reserve(request, clock.instant());
    settle(settlement(reserve(request), "0.25"));

    assertThat(store.update(stuck.update())).isFalse();
    ledger.upkeep().drainOnce();
    assertThat(store.update(stuck.update())).isFalse();
  }

  @Test
  void duplicateOfAReservationIsFencedByItsDeadlineOnceTheRequestIsForgotten() {
    giveCredit(1.0);
    HoldRequest request = hold(USER, CREDITS, "0.5");
    Hold hold = reserve(request);
    clock.move(Duration.ofHours(-1));
    LedgerStatements.Reserve stuck =
        new LedgerStatements(OPTIONS).reserve(request, clock.instant());
    settle(settlement(hold, "0.25"));
    ledger.upkeep().drainOnce();
    ledger.upkeep().drainOnce();
    ledger.upkeep().drainOnce();
    assertThat(Documents.at(user(), "gw.dirty", Boolean.class)).isNull();

    assertThat(store.update(stuck.update())).isFalse();
  }

  @Test
  void drainThatDiesAfterWritingRowsIsMadeGood() {
    giveCredit(1.0);
    settle(settlement(reserve(hold(USER, CREDITS, "0.5")), "0.25"));
    store.loseRequests(1);

    assertThatThrownBy(ledger.upkeep()::drainOnce).isInstanceOf(MongoException.class);
    assertThat(rows()).hasSize(1);
    assertThat(OutboxEntry.in(user())).allMatch(entry -> entry.row() != null);

    assertThat(ledger.upkeep().drainOnce()).isZero();
    assertThat(rows()).hasSize(1);
    assertThat(OutboxEntry.in(user())).isEmpty();
  }

  @Test
  void rowsThatMayNotStandInTheLogStayInTheOutbox() {
    giveCredit(1.0);
    settle(settlement(reserve(hold(USER, CREDITS, "0.5")), "0.25"));
    store.makeAppendsUnclear(true);

    ledger.upkeep().drainOnce();
    assertThat(OutboxEntry.in(user())).allMatch(entry -> entry.row() != null);

    store.makeAppendsUnclear(false);
    ledger.upkeep().drainOnce();
    assertThat(OutboxEntry.in(user())).isEmpty();
    assertThat(rows()).hasSize(1);
  }

  @Test
  void raiseWhoseReplyIsLostHoldsOnce() {
    giveCredit(1.0);
    Hold hold = reserve(hold(USER, CREDITS, "0.25"));
    store.loseReplies(1);

    assertThat(raise(hold)).isEqualTo(new Reservation.Held(hold.of(Usd.of("0.5"))));

    assertThat(Documents.count(user(), "gw.held.credits")).isEqualTo(500_000_000);
  }

  @Test
  void raiseThatArrivesWhenNobodyWaitsForItAnyMoreIsSettledToo() {
    giveCredit(1.0);
    Hold hold = reserve(hold(USER, CREDITS, "0.25"));
    UserUpdate stuck =
        LedgerStatements.raise(
            hold, Usd.of("0.5"), clock.instant().plusSeconds(10), clock.instant());
    assertThat(store.update(stuck)).isTrue();

    assertThat(settle(settlement(hold, "0.25"))).isEqualTo(new Settled.Taken());

    assertThat(Documents.count(user(), "gw.held.credits")).isZero();
    assertThat(store.update(stuck)).isFalse();
  }

  @Test
  void raiseIsFencedByItsDeadline() {
    giveCredit(1.0);
    Hold hold = reserve(hold(USER, CREDITS, "0.25"));
    UserUpdate stuck =
        LedgerStatements.raise(
            hold, Usd.of("0.5"), clock.instant().minusSeconds(60), clock.instant());

    assertThat(store.update(stuck)).isFalse();
    settle(settlement(hold, "0.25"));
  }

  @Test
  void settlementOfARaisedHoldWhoseReplyIsLostTakesOnce() {
    giveCredit(1.0);
    Hold hold = reserve(hold(USER, CREDITS, "0.25"));
    raise(hold);
    store.loseReplies(1);

    assertThat(settle(settlement(hold, "0.5"))).isEqualTo(new Settled.AlreadyTaken());

    assertThat(user().getDouble("credits")).isEqualTo(0.5);
    assertThat(Documents.count(user(), "gw.held.credits")).isZero();
  }

  private Reservation raise(Hold hold) {
    OneAnswer<Reservation> answer = new OneAnswer<>();
    ledger.raise(hold, Usd.of("0.5"), answer);
    return answer.get();
  }

  @Test
  void settlementOfAnotherAmountThanHeldTakesNothing() {
    giveCredit(1.0);
    Hold hold = reserve(hold(USER, CREDITS, "0.5"));
    Hold forged = new Hold(hold.requestId(), USER, CREDITS, Usd.of("0.6"), hold.expiresAt());

    assertThat(settle(settlement(forged, "0.25"))).isEqualTo(new Settled.UnknownHold());

    assertThat(user().getDouble("credits")).isEqualTo(1.0);
  }

  @Test
  void repeatedSettlementOfADrainedRequestIsKnownFromTheLog() {
    giveCredit(1.0);
    Settlement settlement = settlement(reserve(hold(USER, CREDITS, "0.5")), "0.25");
    clock.move(Duration.ofHours(-1));
    settle(settlement);
    ledger.upkeep().drainOnce();
    ledger.upkeep().drainOnce();

    assertThat(settle(settlement)).isEqualTo(new Settled.AlreadyTaken());
  }

  private static final class Messages extends Handler {
    private final List<String> messages;

    Messages(List<String> messages) {
      this.messages = messages;
    }

    @Override
    public void publish(LogRecord record) {
      messages.add(record.getLevel() + " " + new SimpleFormatter().formatMessage(record));
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
