package xyz.trollllm.billing.mongo;

import com.mongodb.MongoException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.UpdateOneModel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.bson.Document;
import xyz.trollllm.billing.KeyId;

/**
 * Counts requests and tokens per API key, in batches.
 *
 * <p>The counters are statistics, no books: a batch is counted at most once, and not at all if the
 * process dies before. A row names its key by {@link KeyId} only, so the user's keys are looked
 * through for it; a key that stands in the user's own document has no counters.
 */
final class KeyCounters {
  private static final System.Logger LOG = System.getLogger(KeyCounters.class.getName());

  private final MongoCollection<Document> keys;

  KeyCounters(MongoDatabase database) {
    this.keys = database.getCollection(Collections.KEYS);
  }

  /** Counts rows that were added to the log just now. */
  void count(List<Document> rows) {
    Map<String, Counts> countsByKeyId = new HashMap<>();
    Set<String> users = new TreeSet<>();
    for (Document row : rows) {
      String keyId = row.getString(LogRow.KEY);
      if (keyId != null) {
        users.add(row.getString(LogRow.USER));
        countsByKeyId.computeIfAbsent(keyId, _ -> new Counts()).add(row);
      }
    }
    if (!users.isEmpty()) {
      try {
        write(users, countsByKeyId);
      } catch (MongoException e) {
        LOG.log(System.Logger.Level.WARNING, "requests of API keys were not counted", e);
      }
    }
  }

  private void write(Set<String> users, Map<String, Counts> countsByKeyId) {
    List<UpdateOneModel<Document>> updates = new ArrayList<>();
    Document ofUsers = new Document("name", new Document("$in", List.copyOf(users)));
    for (Document key : keys.find(ofUsers).projection(new Document("_id", 1))) {
      Counts counts = countsByKeyId.get(KeyId.of(key.getString("_id")));
      if (counts != null) {
        updates.add(new UpdateOneModel<>(key, counts.update()));
      }
    }
    if (!updates.isEmpty()) {
      keys.bulkWrite(updates, new BulkWriteOptions().ordered(false));
    }
  }

  private static final class Counts {
    private long requests;
    private long tokens;
    private Instant lastUsedAt = Instant.EPOCH;

    void add(Document row) {
      requests++;
      tokens += row.get(LogRow.TOKENS, Number.class).longValue();
      Instant createdAt = row.getDate(LogRow.CREATED).toInstant();
      if (createdAt.isAfter(lastUsedAt)) {
        lastUsedAt = createdAt;
      }
    }

    Document update() {
      return new Document(
              "$inc", new Document("requestsCount", requests).append("tokensUsed", tokens))
          .append("$max", new Document("lastUsedAt", Date.from(lastUsedAt)));
    }
  }
}
