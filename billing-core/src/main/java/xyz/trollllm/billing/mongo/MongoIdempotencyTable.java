package xyz.trollllm.billing.mongo;

import com.mongodb.MongoException;
import com.mongodb.MongoWriteException;
import com.mongodb.WriteConcern;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.bson.Document;
import xyz.trollllm.billing.IdempotencyKeys;
import xyz.trollllm.billing.IdempotencyTable;
import xyz.trollllm.billing.StoreState;

/**
 * Claims as documents of a collection of their own: they would make a user's document grow by all
 * keys of a day. Neither keys nor users stand there, only their hash.
 */
final class MongoIdempotencyTable implements IdempotencyTable {
  static final String CREATED = "createdAt";

  private static final String REQUEST = "requestId";
  private static final String FINGERPRINT = "fingerprint";
  private static final String NOT_AFTER = "notAfter";
  private static final int DUPLICATE_KEY = 11000;

  private final MongoCollection<Document> keys;
  private final StoreState state;

  /** A table that does not ask the database while {@code state} says that it does not answer. */
  MongoIdempotencyTable(MongoDatabase database, StoreState state) {
    this.state = state;
    this.keys =
        database
            .getCollection(Collections.IDEMPOTENCY_KEYS)
            .withWriteConcern(WriteConcern.MAJORITY.withJournal(true));
  }

  @Override
  public boolean insert(Row row) {
    return asked(() -> {
      try {
        keys.insertOne(members(row).append("_id", row.keyHash()));
        return true;
      } catch (MongoWriteException e) {
        if (e.getCode() == DUPLICATE_KEY) {
          return false;
        }
        throw e;
      }
    });
  }

  private static Document members(Row row) {
    return new Document(REQUEST, row.requestId())
        .append(FINGERPRINT, row.fingerprint())
        .append(CREATED, Date.from(row.createdAt()))
        .append(NOT_AFTER, Date.from(row.notAfter()));
  }

  @Override
  public Optional<Standing> find(String keyHash) {
    Document shown =
        new Document(REQUEST, 1)
            .append(FINGERPRINT, 1)
            .append(CREATED, 1)
            .append(NOT_AFTER, 1)
            .append("now", "$$NOW");
    List<Document> pipeline =
        List.of(
            new Document("$match", new Document("_id", keyHash)), new Document("$project", shown));
    return asked(() ->
        Optional.ofNullable(keys.aggregate(pipeline).first()).map(MongoIdempotencyTable::standing));
  }

  private static Standing standing(Document found) {
    Row row =
        new Row(
            found.getString("_id"),
            found.getString(REQUEST),
            found.getString(FINGERPRINT),
            found.getDate(CREATED).toInstant(),
            found.getDate(NOT_AFTER).toInstant());
    return new Standing(row, found.getDate("now").toInstant());
  }

  @Override
  public boolean replace(String requestId, Row by) {
    return asked(() ->
        keys.updateOne(claimOf(by.keyHash(), requestId), new Document("$set", members(by)))
                .getMatchedCount()
            == 1);
  }

  @Override
  public void delete(String keyHash, String requestId) {
    asked(() -> keys.deleteOne(claimOf(keyHash, requestId)));
  }

  private static Document claimOf(String keyHash, String requestId) {
    return new Document("_id", keyHash).append(REQUEST, requestId);
  }

  /** By the clocks of this machine, which finds them by an index, and of the store. */
  @Override
  public void removeExpired(Instant now) {
    long retention = IdempotencyKeys.RETENTION.toMillis();
    Document byTheStore =
        new Document(
            "$lt", List.of('$' + CREATED, new Document("$subtract", List.of("$$NOW", retention))));
    Document old = new Document("$lt", Date.from(now.minus(IdempotencyKeys.RETENTION)));
    asked(() -> keys.deleteMany(new Document(CREATED, old).append("$expr", byTheStore)));
  }

  private <T> T asked(Supplier<T> statement) {
    if (state.isSilent()) {
      throw new UnavailableException(new StoreSilentException());
    }
    try {
      return statement.get();
    } catch (MongoException e) {
      throw new UnavailableException(e);
    }
  }
}
