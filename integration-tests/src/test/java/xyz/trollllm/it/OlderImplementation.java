package xyz.trollllm.it;

import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Updates.combine;
import static com.mongodb.client.model.Updates.inc;

import com.mongodb.client.MongoDatabase;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Date;
import org.bson.Document;
import org.bson.types.ObjectId;
import xyz.trollllm.config.CreditField;

/**
 * What served these users before, as far as their documents show it: it looks whether there is a
 * balance, serves, and takes the cost from it afterwards. It knows neither holds nor counters. Safe
 * for use by many threads.
 */
final class OlderImplementation {
  private static final int TOKENS = 1_000;

  private final MongoDatabase database;

  OlderImplementation(MongoDatabase database) {
    this.database = database;
  }

  /** Whether it served: it does as long as there is anything left. */
  boolean serve(Store.User user, CreditField field, BigDecimal cost) {
    Document document = database.getCollection("usersNew").find(eq("_id", user.name())).first();
    if (document == null || Store.balance(document, field) <= 0) {
      return false;
    }
    take(user, field, cost);
    return true;
  }

  /** The second half of serving, for requests that were under way when it was stopped. */
  void take(Store.User user, CreditField field, BigDecimal cost) {
    double dollars = cost.doubleValue();
    database
        .getCollection("usersNew")
        .updateOne(
            eq("_id", user.name()),
            combine(
                inc(field.balanceField(), -dollars),
                inc(field.usedField(), dollars),
                inc("tokensUserNew", TOKENS)));
    database
        .getCollection("request_logs")
        .insertOne(
            new Document("_id", new ObjectId())
                .append("userId", user.name())
                .append("userKeyId", user.key())
                .append("model", Ask.HAIKU)
                .append("inputTokens", TOKENS - 100)
                .append("outputTokens", 100)
                .append("cacheWriteTokens", 0)
                .append("cacheHitTokens", 0)
                .append("tokensUsed", TOKENS)
                .append("creditsCost", dollars)
                .append("creditType", field.billingUpstream())
                .append("statusCode", 200)
                .append("latencyMs", 1_234)
                .append("isSuccess", true)
                .append("createdAt", Date.from(Instant.now())));
  }
}
