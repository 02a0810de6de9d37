package xyz.trollllm.billing.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.billing.Requests.hold;
import static xyz.trollllm.billing.Requests.settlement;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import xyz.trollllm.billing.OneAnswer;
import xyz.trollllm.billing.Reservation;
import xyz.trollllm.billing.Settled;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.CreditField;

/** Requests under way are no differences, however the books move while they are audited. */
final class AuditUnderLoadTest {
  private static final int AUDITS = 25;
  private static final int REQUESTS = 2_000;
  private static final int WORKERS = 8;
  private static final List<String> USERS = List.of("busy", "ann", "bob");

  @Test
  void auditsAgreeWhileRequestsAreServed() throws Exception {
    try (TestMongo mongo = TestMongo.start()) {
      for (String user : USERS) {
        mongo
            .database()
            .getCollection(Collections.USERS)
            .insertOne(new Document("_id", user).append("credits", 1e6).append("creditsNew", 1e6));
      }
      MongoLedgerIndexes.create(mongo.database());
      AtomicBoolean ended = new AtomicBoolean();
      AtomicInteger served = new AtomicInteger();
      List<AuditReport> reports = new ArrayList<>();
      try (MongoCreditLedger ledger =
              MongoCreditLedger.open(mongo.database(), MongoLedgerOptions.of("a"));
          ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
        List<Future<?>> workers = new ArrayList<>();
        for (int i = 0; i < WORKERS; i++) {
          String user = i < WORKERS / 2 ? "busy" : USERS.get(i % USERS.size());
          CreditField field = i % 2 == 0 ? CreditField.CREDITS : CreditField.CREDITS_NEW;
          workers.add(
              executor.submit(() -> {
                while (!ended.get()) {
                  serve(ledger, user, field);
                  served.incrementAndGet();
                }
              }));
        }
        CreditChanges changes = new CreditChanges(mongo.database());
        for (int i = 0; i < AUDITS || served.get() < REQUESTS; i++) {
          changes.topUp(
              "busy", CreditField.CREDITS, Usd.of("1"), CreditChanges.Note.of("eve", "more"));
          reports.add(new LedgerAudit(mongo.database(), 1 + i % 3, UpkeepLook::pause).run());
        }
        ended.set(true);
        for (Future<?> worker : workers) {
          worker.get();
        }
      }
      reports.add(new LedgerAudit(mongo.database()).run());

      System.out.printf(
          "%d audits during %d requests: %d holds seen under way%n",
          reports.size(), served.get(), reports.stream().mapToLong(AuditReport::openHolds).sum());
      assertThat(reports)
          .allSatisfy(report -> {
            assertThat(report.differences()).isEmpty();
            assertThat(report.totals().busy()).isZero();
          });
    }
  }

  private static void serve(MongoCreditLedger ledger, String user, CreditField field) {
    OneAnswer<Reservation> held = new OneAnswer<>();
    ledger.reserve(hold(user, field, "0.001"), held);
    if (held.get() instanceof Reservation.Held(var hold)) {
      OneAnswer<Settled> settled = new OneAnswer<>();
      ledger.settle(settlement(hold, "0.000999999"), settled);
      settled.get();
    }
  }
}
