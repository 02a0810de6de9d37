package xyz.trollllm.billing.mongo;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.WriteConcern;
import com.mongodb.bulk.BulkWriteError;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.InsertManyOptions;
import com.mongodb.client.model.UpdateOneModel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/** The ledger's database: acknowledged by a majority and journalled, or not acknowledged. */
final class MongoLedgerStore implements LedgerStore {
  private static final int DUPLICATE_KEY = 11000;

  private final MongoCollection<Document> users;
  private final MongoCollection<Document> logs;

  MongoLedgerStore(MongoDatabase database) {
    WriteConcern durable = WriteConcern.MAJORITY.withJournal(true);
    this.users = database.getCollection(Collections.USERS).withWriteConcern(durable);
    this.logs = database.getCollection(Collections.REQUEST_LOGS).withWriteConcern(durable);
  }

  @Override
  public boolean update(UserUpdate update) {
    return users.updateOne(update.filter(), update.update()).getMatchedCount() == 1;
  }

  @Override
  public void updateAll(List<UserUpdate> updates) {
    if (!updates.isEmpty()) {
      users.bulkWrite(
          updates.stream()
              .map(update -> new UpdateOneModel<Document>(update.filter(), update.update()))
              .toList(),
          new BulkWriteOptions().ordered(false));
    }
  }

  @Override
  public @Nullable Document user(String userId, Bson projection) {
    return users.find(new Document("_id", userId)).projection(projection).first();
  }

  @Override
  public @Nullable Document logRow(String id) {
    return logs.find(new Document("_id", id)).first();
  }

  @Override
  public List<Document> logRows(String userId, @Nullable String before, int limit) {
    Document ids = new Document("$gt", "");
    if (before != null) {
      ids.append("$lt", before);
    }
    // Rows of other programs, whose ids may be of any type, have no such outcome.
    Document ours = new Document("$exists", true);
    return logs.find(
            new Document(LogRow.USER, userId)
                .append("_id", ids)
                .append(LogRow.BALANCE_OUTCOME, ours))
        .sort(new Document("_id", -1))
        .limit(limit)
        .into(new ArrayList<>());
  }

  /**
   * A bulk error may name no row at all, when the connection broke or the write concern failed. So
   * a row stands only if nothing went wrong, or if it was itself reported as a duplicate.
   */
  @Override
  public Appended append(List<Document> rows) {
    if (rows.isEmpty()) {
      return new Appended(Set.of(), Set.of());
    }
    try {
      logs.insertMany(rows, new InsertManyOptions().ordered(false));
      return new Appended(ids(rows), Set.of());
    } catch (MongoBulkWriteException e) {
      if (e.getWriteConcernError() != null) {
        return new Appended(Set.of(), Set.of());
      }
      Set<String> found = new HashSet<>();
      for (BulkWriteError error : e.getWriteErrors()) {
        if (error.getCode() == DUPLICATE_KEY) {
          found.add(rows.get(error.getIndex()).getString("_id"));
        }
      }
      return new Appended(Set.of(), found);
    }
  }

  private static Set<String> ids(List<Document> rows) {
    Set<String> ids = new HashSet<>();
    for (Document row : rows) {
      ids.add(row.getString("_id"));
    }
    return ids;
  }

  @Override
  public void dirtyUsers(Consumer<Dirty> visitor) {
    Document orNone =
        new Document(
            "$ifNull", List.of('$' + Past.path(), new Document("$literal", new Document())));
    Document past =
        new Document(
            "$map",
            new Document("input", new Document("$objectToArray", orNone)).append("in", "$$this.k"));
    Document shown = new Document(Paths.OUTBOX, 1).append("past", past).append("now", "$$NOW");
    List<Document> pipeline =
        List.of(
            new Document("$match", new Document(Paths.DIRTY, true)),
            new Document("$project", shown));
    for (Document user : users.aggregate(pipeline)) {
      visitor.accept(
          new Dirty(
              user.getString("_id"),
              user.getDate("now").toInstant(),
              OutboxEntry.in(user),
              user.getList("past", String.class)));
    }
  }

  @Override
  public void usersWithHoldsExpiring(Instant before, Consumer<Document> visitor) {
    Document filter =
        new Document(Paths.NEXT_EXPIRY, new Document("$lt", Date.from(before)))
            .append(Paths.OPEN_HOLDS, new Document("$gt", 0));
    Document projection = new Document(Paths.HOLDS, 1).append(Paths.NEXT_EXPIRY, 1);
    users.find(filter).projection(projection).forEach(visitor);
  }
}
