package xyz.trollllm.billing.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.billing.Requests.hold;
import static xyz.trollllm.billing.Requests.settlement;
import static xyz.trollllm.config.CreditField.CREDITS;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import com.mongodb.event.CommandListener;
import com.mongodb.event.CommandStartedEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.bson.Document;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import xyz.trollllm.billing.OneAnswer;
import xyz.trollllm.billing.Reservation;
import xyz.trollllm.billing.Settled;

/**
 * How fast requests are held and settled, and by how many statements. Not part of the build; run it
 * with {@code -Dtest=LedgerBenchmark}. The figures are those of one machine at one moment.
 */
final class LedgerBenchmark {
  private static final long NANOS = Duration.ofSeconds(Long.getLong("seconds", 5)).toNanos();

  /** How long a request is under way between its reservation and its settlement. */
  private static final Duration SERVING = Duration.ofMillis(20);

  @ParameterizedTest(name = "{0} requests at once of {1} users")
  @CsvSource({"32, 1", "256, 1", "256, 256"})
  void holdAndSettle(int atOnce, int users) throws Exception {
    try (TestMongo mongo = TestMongo.start()) {
      Map<String, LongAdder> statements = new ConcurrentHashMap<>();
      String name = mongo.database().getName();
      try (MongoClient client = client(mongo, statements)) {
        MongoDatabase database = client.getDatabase(name);
        for (int user = 0; user < users; user++) {
          mongo
              .database()
              .getCollection("usersNew")
              .insertOne(new Document("_id", "user-" + user).append("credits", 1e6));
        }
        MongoLedgerIndexes.create(database);
        List<Long> reservations = Collections.synchronizedList(new ArrayList<>());
        MongoCreditLedger ledger =
            MongoCreditLedger.open(database, MongoLedgerOptions.of("benchmark"));
        run(ledger, atOnce, users, NANOS, reservations); // warm-up
        statements.clear();
        reservations.clear();
        run(ledger, atOnce, users, NANOS, reservations);
        report(atOnce, users, reservations, statements);
        ledger.close();
        assertThat(new LedgerAudit(database).run().differences()).isEmpty();
      }
    }
  }

  private static MongoClient client(TestMongo mongo, Map<String, LongAdder> statements) {
    return MongoClients.create(
        MongoClientSettings.builder()
            .applyConnectionString(new ConnectionString("mongodb://" + mongo.address()))
            .addCommandListener(
                new CommandListener() {
                  @Override
                  public void commandStarted(CommandStartedEvent event) {
                    statements
                        .computeIfAbsent(event.getCommandName(), _ -> new LongAdder())
                        .increment();
                  }
                })
            .build());
  }

  private static void run(
      MongoCreditLedger ledger, int atOnce, int users, long nanos, List<Long> reservations)
      throws Exception {
    long end = System.nanoTime() + nanos;
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<java.util.concurrent.Future<?>> all = new ArrayList<>();
      for (int i = 0; i < atOnce; i++) {
        String user = "user-" + i % users;
        all.add(
            executor.submit(() -> {
              while (System.nanoTime() < end) {
                serve(ledger, user, reservations);
              }
            }));
      }
      for (java.util.concurrent.Future<?> one : all) {
        one.get();
      }
    }
  }

  private static void serve(MongoCreditLedger ledger, String user, List<Long> reservations) {
    long start = System.nanoTime();
    OneAnswer<Reservation> held = new OneAnswer<>();
    ledger.reserve(hold(user, CREDITS, "0.001"), held);
    if (held.get() instanceof Reservation.Held(var hold)) {
      reservations.add(System.nanoTime() - start);
      LockSupport.parkNanos(SERVING.toNanos());
      OneAnswer<Settled> settled = new OneAnswer<>();
      ledger.settle(settlement(hold, "0.001"), settled);
      settled.get();
    }
  }

  private static void report(
      int atOnce, int users, List<Long> reservations, Map<String, LongAdder> statements) {
    List<Long> sorted = new ArrayList<>(reservations);
    Collections.sort(sorted);
    double requests = sorted.size();
    System.out.printf(
        "%d at once of %d users: %.0f requests/s, reserve p50 %.1f ms p99 %.1f ms,"
            + " %.3f updates a request, all statements %s%n",
        atOnce,
        users,
        requests * 1e9 / NANOS,
        sorted.get(sorted.size() / 2) / 1e6,
        sorted.get(sorted.size() * 99 / 100) / 1e6,
        statements.getOrDefault("update", new LongAdder()).sum() / requests,
        statements);
  }
}
