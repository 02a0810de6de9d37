package xyz.trollllm.proxy.mongo;

import static com.mongodb.client.model.Filters.eq;

import com.mongodb.MongoException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import java.time.Clock;
import java.util.Date;
import java.util.Optional;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.StoreState;
import xyz.trollllm.billing.mongo.AccountStatements;
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
  private final StoreState state;
  private final Document shown = AccountStatements.projection().append("isActive", 1);

  /**
   * A directory in {@code database}, which is not asked while {@code state} says that it does not
   * answer.
   */
  public MongoAccountDirectory(MongoDatabase database, Clock clock, StoreState state) {
    this.keys = database.getCollection("user_keys");
    this.users = database.getCollection("usersNew");
    this.clock = clock;
    this.state = state;
  }

  @Override
  public Optional<Account> find(ApiKey key) {
    if (state.isSilent()) {
      throw new DirectoryUnavailableException();
    }
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
    Document user = users.find(filter).projection(shown).first();
    return Optional.ofNullable(user)
        .map(found ->
            new Account(found.getString("_id"), isActive(found), AccountStatements.of(found)));
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
