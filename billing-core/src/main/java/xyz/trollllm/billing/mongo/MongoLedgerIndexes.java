package xyz.trollllm.billing.mongo;

import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.IndexOptions;
import org.bson.Document;

/** The indexes that the ledger's searches use. Creating them again changes nothing. */
public final class MongoLedgerIndexes {
  private MongoLedgerIndexes() {}

  /** Creates what is missing; blocks until it is there. */
  public static void create(MongoDatabase database) {
    Document withHolds = new Document(Paths.OPEN_HOLDS, new Document("$gt", 0));
    database
        .getCollection(Collections.USERS)
        .createIndex(
            new Document(Paths.NEXT_EXPIRY, 1),
            new IndexOptions().name("gw_next_expiry").partialFilterExpression(withHolds));
    database
        .getCollection(Collections.USERS)
        .createIndex(
            new Document(Paths.DIRTY, 1), new IndexOptions().name("gw_dirty").sparse(true));
    database
        .getCollection(Collections.REQUEST_LOGS)
        .createIndex(
            new Document(LogRow.USER, 1).append(LogRow.CREATED, -1),
            new IndexOptions().name("gw_user_created"));
    database
        .getCollection(Collections.REQUEST_LOGS)
        .createIndex(
            new Document(LogRow.USER, 1).append("_id", -1), new IndexOptions().name("gw_user_id"));
    database
        .getCollection(Collections.KEYS)
        .createIndex(new Document("name", 1), new IndexOptions().name("gw_name"));
    database
        .getCollection(Collections.KEYS)
        .createIndex(
            new Document("keyHash", 1),
            new IndexOptions().name("gw_key_hash").unique(true).sparse(true));
    database
        .getCollection(Collections.IDEMPOTENCY_KEYS)
        .createIndex(
            new Document(MongoIdempotencyTable.CREATED, 1), new IndexOptions().name("gw_created"));
  }
}
