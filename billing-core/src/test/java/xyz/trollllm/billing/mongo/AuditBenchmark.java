package xyz.trollllm.billing.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import com.mongodb.event.CommandListener;
import com.mongodb.event.CommandSucceededEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.bson.Document;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What an audit costs, by how many users there are and how many requests each has made. Not part of
 * the build; run it with {@code -Dtest=AuditBenchmark}. The figures are those of one machine at one
 * moment.
 */
final class AuditBenchmark {
  private static final int CHUNK = 10_000;

  @ParameterizedTest(name = "{0} users with {1} requests each")
  @CsvSource({"1000, 3", "10000, 3", "100000, 3", "10000, 30"})
  void auditGrows(int users, int requests) {
    try (TestMongo mongo = TestMongo.start()) {
      MongoLedgerIndexes.create(mongo.database());
      for (int from = 0; from < users; from += CHUNK) {
        fill(mongo.database(), from, Math.min(users, from + CHUNK), requests);
      }
      new LedgerAudit(mongo.database()).run(); // warm-up
      Runtime runtime = Runtime.getRuntime();
      long start = System.nanoTime();
      AuditTotals totals = new LedgerAudit(mongo.database()).run(_ -> {}, _ -> {});
      double millis = (System.nanoTime() - start) / 1e6;
      System.out.printf(
          "%d users, %d rows: %.0f ms, %.1f us a user, %d statements (%.5f a user),"
              + " %d bytes a user over the wire, heap %d MB%n",
          users,
          (long) users * requests,
          millis,
          millis * 1000 / users,
          totals.reads(),
          (double) totals.reads() / users,
          bytes(mongo) / users,
          (runtime.totalMemory() - runtime.freeMemory()) >> 20);
      assertThat(totals.users()).isEqualTo(users);
      assertThat(totals.differences()).isZero();
    }
  }

  private static void fill(MongoDatabase database, int from, int to, int requests) {
    List<Document> users = new ArrayList<>();
    List<Document> rows = new ArrayList<>();
    for (int i = from; i < to; i++) {
      String id = "user-%07d".formatted(i);
      long spent = 0;
      for (int request = 0; request < requests; request++) {
        long nanos = 1_000L + request;
        spent += nanos;
        rows.add(
            new Document("_id", id + '-' + request)
                .append(LogRow.USER, id)
                .append(LogRow.FIELD, "credits")
                .append("creditType", "ohmygpt")
                .append("creditsCost", LegacyDollars.of(nanos))
                .append(LogRow.BALANCE_OUTCOME, LedgerStatements.TAKEN)
                .append(LogRow.CREATED, Date.from(Instant.EPOCH))
                .append(LogRow.NANOS, nanos));
      }
      users.add(
          new Document("_id", id)
              .append("credits", LegacyDollars.of(5_000_000_000L - spent))
              .append("creditsUsed", LegacyDollars.of(spent))
              .append(
                  "gw",
                  new Document("open", new Document("credits", 5.0))
                      .append("used", new Document("credits", 0.0))
                      .append("spent", new Document("credits", spent))
                      .append("held", new Document("credits", 0L))
                      .append("n", 0)));
    }
    database.getCollection(Collections.USERS).insertMany(users);
    database.getCollection(Collections.REQUEST_LOGS).insertMany(rows);
  }

  /** What the store sends to an audit. */
  private static long bytes(TestMongo mongo) {
    LongAdder bytes = new LongAdder();
    MongoClientSettings settings =
        MongoClientSettings.builder()
            .applyConnectionString(new ConnectionString("mongodb://" + mongo.address()))
            .addCommandListener(
                new CommandListener() {
                  @Override
                  public void commandSucceeded(CommandSucceededEvent event) {
                    bytes.add(
                        new RawBsonDocument(event.getResponse(), new BsonDocumentCodec())
                            .getByteBuffer()
                            .remaining());
                  }
                })
            .build();
    try (MongoClient client = MongoClients.create(settings)) {
      new LedgerAudit(client.getDatabase(mongo.database().getName())).run(_ -> {}, _ -> {});
    }
    return bytes.sum();
  }
}
