package xyz.trollllm.proxy.mongo;

import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Projections.include;

import com.mongodb.MongoException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import java.time.Clock;
import java.util.Date;
import java.util.Optional;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.proxy.admission.Account;
import xyz.trollllm.proxy.admission.AccountDirectory;
import xyz.trollllm.proxy.admission.ApiKey;

/**
 * Accounts in the collections of the existing deployment: a key is looked up in {@code user_keys}
 * first and then as {@code usersNew.apiKey}.
 */
public final class MongoAccountDirectory implements AccountDirectory {
  private final MongoCollection<Document> keys;
  private final MongoCollection<Document> users;
  private final Clock clock;

  public MongoAccountDirectory(MongoDatabase database, Clock clock) {
    this.keys = database.getCollection("user_keys");
    this.users = database.getCollection("usersNew");
    this.clock = clock;
  }

  @Override
  public Optional<Account> find(ApiKey key) {
    try {
      Document ofKey = keys.find(eq("_id", key.value())).first();
      if (ofKey == null) {
        return user(eq("apiKey", key.value()));
      }
      return usable(ofKey) ? user(eq("_id", ofKey.getString("name"))) : Optional.empty();
    } catch (MongoException e) {
      throw new DirectoryUnavailableException(e);
    }
  }

  private Optional<Account> user(Bson filter) {
    Document user = users.find(filter).projection(include("isActive")).first();
    return Optional.ofNullable(user)
        .map(found -> new Account(found.getString("_id"), isActive(found)));
  }

  private boolean usable(Document key) {
    Date expiry = date(key.get("expiresAt"));
    return isActive(key) && (expiry == null || expiry.toInstant().isAfter(clock.instant()));
  }

  /** Documents without the field are active, as they were before it existed. */
  private static boolean isActive(Document document) {
    return !Boolean.FALSE.equals(document.get("isActive"));
  }

  private static @Nullable Date date(@Nullable Object value) {
    return value instanceof Date date ? date : null;
  }
}
