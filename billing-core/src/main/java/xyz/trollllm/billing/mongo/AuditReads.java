package xyz.trollllm.billing.mongo;

import static xyz.trollllm.billing.mongo.Documents.exists;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bson.Document;
import org.jspecify.annotations.Nullable;

/** What an audit asks the store for. Every search has an index. Used by one thread. */
final class AuditReads {
  private static final int MOST_IDS = 1_000;

  private final MongoCollection<Document> users;
  private final MongoCollection<Document> logs;
  private long reads;

  AuditReads(MongoDatabase database) {
    this.users = database.getCollection(Collections.USERS);
    this.logs = database.getCollection(Collections.REQUEST_LOGS);
  }

  /** Statements so far; the batches of a cursor are not counted. */
  long reads() {
    return reads;
  }

  /** Every user that has books, by id. */
  Iterable<Document> usersWithBooks(int batchSize) {
    reads++;
    return users
        .aggregate(
            List.of(
                new Document(
                    "$match",
                    new Document("_id", new Document("$gt", "")).append("gw", exists(true))),
                new Document("$sort", new Document("_id", 1)),
                new Document("$project", UserBooks.projection())))
        .batchSize(batchSize);
  }

  /** One user, whether it has books or not; null if there is none. */
  @Nullable Document user(String id) {
    reads++;
    return users
        .aggregate(
            List.of(
                new Document("$match", new Document("_id", id)),
                new Document("$project", UserBooks.projection())))
        .first();
  }

  /**
   * What the rows of users add up to, by user.
   *
   * @param after only ids after this one
   * @param last only ids up to this one; null for all
   */
  Map<String, LoggedSums> sums(String after, @Nullable String last) {
    Document ids = new Document("$gt", after);
    if (last != null) {
      ids.append("$lte", last);
    }
    return sums(new Document(LogRow.USER, ids));
  }

  /** What a user's rows add up to that are older than {@code before}, without these. */
  LoggedSums sums(String userId, Instant before, Collection<String> without) {
    Document filter =
        new Document(LogRow.USER, userId)
            .append(LogRow.CREATED, new Document("$lt", Date.from(before)));
    if (!without.isEmpty()) {
      filter.append("_id", new Document("$nin", List.copyOf(without)));
    }
    return sums(filter).getOrDefault(userId, new LoggedSums());
  }

  private Map<String, LoggedSums> sums(Document filter) {
    reads++;
    Map<String, LoggedSums> sums = new HashMap<>();
    Document match = filter.append(LogRow.NANOS, exists(true));
    for (Document group :
        logs.aggregate(
            List.of(new Document("$match", match), new Document("$group", LoggedSums.group())))) {
      String user = group.get("_id", Document.class).getString("u");
      sums.computeIfAbsent(user, _ -> new LoggedSums()).addGroup(group);
    }
    return sums;
  }

  /** A user's rows since {@code from}. */
  List<Document> rows(String userId, Instant from) {
    return rows(
        new Document(LogRow.USER, userId)
            .append(LogRow.CREATED, new Document("$gte", Date.from(from)))
            .append(LogRow.NANOS, exists(true)));
  }

  /** The rows that belong to other rows: late charges and refunds. */
  List<Document> relatedRows(String userId) {
    List<String> outcomes = List.of(LedgerStatements.LATE, LedgerStatements.REFUNDED);
    return rows(
        new Document(LogRow.USER, userId)
            .append(LogRow.BALANCE_OUTCOME, new Document("$in", outcomes)));
  }

  /** Rows by id, those that there are. */
  Map<String, Document> rows(List<String> ids) {
    Map<String, Document> found = new HashMap<>();
    for (int from = 0; from < ids.size(); from += MOST_IDS) {
      List<String> some = ids.subList(from, Math.min(from + MOST_IDS, ids.size()));
      rows(new Document("_id", new Document("$in", some)))
          .forEach(row -> found.put(row.getString("_id"), row));
    }
    return found;
  }

  private List<Document> rows(Document filter) {
    reads++;
    return logs.find(filter).projection(WaitingRow.projection()).into(new ArrayList<>());
  }
}
