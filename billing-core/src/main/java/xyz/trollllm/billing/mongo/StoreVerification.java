package xyz.trollllm.billing.mongo;

import com.mongodb.MongoException;
import com.mongodb.MongoServerException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.bson.Document;

/**
 * Whether a store does what the ledger relies on. Tried in a database of its own, which is removed
 * in the end; the product's own database is not touched. Blocks.
 */
public final class StoreVerification {
  private static final int MOST_OF_NAME = 40;

  private final MongoClient client;
  private final String product;

  /**
   * A verification of the store that {@code client} is connected to.
   *
   * @param product the name of the product's database
   */
  public StoreVerification(MongoClient client, String product) {
    this.client = client;
    this.product = product;
  }

  /** Tells each finding at once. */
  public void run(Consumer<StoreFinding> found) {
    MongoDatabase database = client.getDatabase(scratchName());
    try {
      ServerChecks server = new ServerChecks(database);
      WriteChecks writes = new WriteChecks(database);
      StatementChecks statements = new StatementChecks(database);
      found.accept(attempt("version", server::version));
      found.accept(attempt("topology", server::topology));
      found.accept(attempt("clock", server::clock));
      found.accept(attempt("permissions", () -> server.permissions(product)));
      found.accept(attempt("write concern", writes::durableWrite));
      found.accept(attempt("retryable writes", server::retryableWrites));
      found.accept(attempt("unique sparse index", writes::uniqueSparseIndex));
      found.accept(attempt("partial index", writes::partialIndex));
      found.accept(attempt("$$NOW in conditions", writes::now));
      found.accept(attempt("one update of siblings", writes::siblings));
      found.accept(attempt("numbers", writes::types));
      found.accept(attempt("int64 overflow", writes::overflow));
      found.accept(attempt("duplicates in a bulk insert", writes::duplicates));
      found.accept(attempt("the ledger's statements", statements::statements));
      found.accept(attempt("the books", statements::audit));
    } finally {
      found.accept(attempt("removal", () -> drop(database)));
    }
  }

  private String scratchName() {
    String start = product.substring(0, Math.min(product.length(), MOST_OF_NAME));
    return start + "_verify_" + UUID.randomUUID().toString().substring(0, 8);
  }

  private static StoreFinding drop(MongoDatabase database) {
    database.drop();
    return StoreFinding.ok("removal", "database " + database.getName() + " is gone again");
  }

  /** The part that needs no writes and a few round trips only: for every start. */
  public static List<StoreFinding> atStart(MongoDatabase database) {
    ServerChecks server = new ServerChecks(database);
    return List.of(
        attempt("version", server::version),
        attempt("clock", server::clock),
        attempt("$$NOW in conditions", () -> understandsNow(database)));
  }

  private static StoreFinding understandsNow(MongoDatabase database) {
    database
        .getCollection(Collections.USERS)
        .find(new Document("_id", "").append("$expr", Claim.inTime(Instant.now())))
        .first();
    return StoreFinding.ok("$$NOW in conditions", "understood");
  }

  /** What the server refuses is a finding; a server that does not answer is not. */
  private static StoreFinding attempt(String check, Supplier<StoreFinding> attempt) {
    try {
      return attempt.get();
    } catch (MongoServerException e) {
      return refused(check, e);
    }
  }

  private static StoreFinding refused(String check, MongoException e) {
    return StoreFinding.missing(
        check,
        "the server refused it with error " + e.getCode(),
        "grant the user what is needed, or use another server");
  }
}
