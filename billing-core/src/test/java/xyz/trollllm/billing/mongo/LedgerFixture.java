package xyz.trollllm.billing.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoCollection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import xyz.trollllm.billing.Hold;
import xyz.trollllm.billing.HoldRequest;
import xyz.trollllm.billing.MovableClock;
import xyz.trollllm.billing.OneAnswer;
import xyz.trollllm.billing.Reservation;
import xyz.trollllm.billing.Settled;
import xyz.trollllm.billing.Settlement;

/** A ledger on a database of its own, on a network that may fail; audited after each test. */
abstract class LedgerFixture {
  static final String USER = "ann";
  static final MongoLedgerOptions OPTIONS =
      MongoLedgerOptions.of("this-instance")
          .withoutUpkeep()
          .withCloseTimeout(Duration.ofSeconds(10));

  final MovableClock clock = new MovableClock();
  final TestMongo mongo = TestMongo.start();
  final MongoCollection<Document> users = mongo.database().getCollection("usersNew");
  final MongoCollection<Document> logs = mongo.database().getCollection("request_logs");
  final FaultyStore store = new FaultyStore(new MongoLedgerStore(mongo.database()));
  final MongoCreditLedger ledger = open(OPTIONS);

  final MongoCreditLedger open(MongoLedgerOptions options) {
    return MongoCreditLedger.open(store, new KeyCounters(mongo.database())::count, options, clock);
  }

  @AfterEach
  final void closeAndAudit() {
    ledger.close();
    try (mongo) {
      assertThat(new LedgerAudit(mongo.database()).run().differences()).isEmpty();
    }
  }

  final void giveCredit(Object credits) {
    users.insertOne(new Document("_id", USER).append("credits", credits));
  }

  final Reservation tryToReserve(HoldRequest request) {
    OneAnswer<Reservation> answer = new OneAnswer<>();
    ledger.reserve(request, answer);
    return answer.get();
  }

  final Hold reserve(HoldRequest request) {
    Reservation reservation = tryToReserve(request);
    assertThat(reservation).isInstanceOf(Reservation.Held.class);
    return ((Reservation.Held) reservation).hold();
  }

  final Settled settle(Settlement settlement) {
    return settle(ledger, settlement);
  }

  static Settled settle(MongoCreditLedger ledger, Settlement settlement) {
    OneAnswer<Settled> answer = new OneAnswer<>();
    ledger.settle(settlement, answer);
    return answer.get();
  }

  /** Settles at a time that is long over by the store's clock. */
  final Settled settleInThePast(Settlement settlement) {
    clock.move(Duration.ofHours(-1));
    try (MongoCreditLedger behind = open(OPTIONS.withInstance("behind"))) {
      return settle(behind, settlement);
    } finally {
      clock.move(Duration.ofHours(1));
    }
  }

  final Document user() {
    return Objects.requireNonNull(users.find(new Document("_id", USER)).first());
  }

  final List<Document> rows() {
    return logs.find().into(new ArrayList<>());
  }
}
