package xyz.trollllm.billing.mongo;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoWriteException;
import com.mongodb.WriteConcern;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.CreditField;

/** Users as their operator manages them. All methods block. Safe for use by many threads. */
public final class MongoUsers {
  private static final Document SHOWN = shown();

  private final MongoCollection<Document> users;
  private final LedgerStore store;

  public MongoUsers(MongoDatabase database) {
    this.users =
        database
            .getCollection(Collections.USERS)
            .withWriteConcern(WriteConcern.MAJORITY.withJournal(true));
    this.store = new MongoLedgerStore(database);
  }

  /** One user; balances by credit field. */
  public record User(String id, boolean active, Map<CreditField, Balance> balances) {
    public User {
      balances = Map.copyOf(balances);
    }
  }

  /**
   * One credit field of a user.
   *
   * @param amount what is there, holds not subtracted
   * @param held what requests under way hold of it
   * @param spent what the gateway ever took from it and did not give back
   */
  public record Balance(Usd amount, Usd held, Usd spent) {}

  /** Creates a user with both balances. False if there is one of that name. */
  public boolean create(String id, Usd credits, Usd creditsNew) {
    Document user =
        new Document("_id", id)
            .append("credits", LegacyDollars.of(credits.nanos()))
            .append("creditsNew", LegacyDollars.of(creditsNew.nanos()))
            .append("refCredits", LegacyDollars.of(0))
            .append("creditsUsed", LegacyDollars.of(0))
            .append("creditsNewUsed", LegacyDollars.of(0))
            .append(Paths.TOKENS, 0L)
            .append("role", "user")
            .append(Paths.ACTIVE, true);
    try {
      users.insertOne(user);
      return true;
    } catch (MongoWriteException e) {
      if (e.getError().getCategory() == ErrorCategory.DUPLICATE_KEY) {
        return false;
      }
      throw e;
    }
  }

  /** The user of that name, if there is one. */
  public Optional<User> find(String id) {
    return Optional.ofNullable(users.find(new Document("_id", id)).projection(SHOWN).first())
        .map(MongoUsers::user);
  }

  /** All users, by name. */
  public List<User> list() {
    return users
        .find()
        .projection(SHOWN)
        .sort(new Document("_id", 1))
        .map(MongoUsers::user)
        .into(new ArrayList<>());
  }

  private static Document shown() {
    Document shown =
        new Document(Paths.ACTIVE, 1)
            .append("gw.held", 1)
            .append("gw.spent", 1)
            .append("gw.refund", 1);
    for (CreditField field : CreditField.values()) {
      shown.append(field.balanceField(), 1);
    }
    return shown;
  }

  private static User user(Document document) {
    Map<CreditField, Balance> balances = new EnumMap<>(CreditField.class);
    for (CreditField field : CreditField.values()) {
      @Nullable Number amount = Documents.at(document, field.balanceField(), Number.class);
      balances.put(
          field,
          new Balance(
              amount == null ? Usd.ZERO : LegacyDollars.usd(amount),
              Usd.ofNanos(Documents.count(document, Paths.held(field))),
              AccountStatements.spent(document, field)));
    }
    boolean active = !Boolean.FALSE.equals(Documents.at(document, Paths.ACTIVE, Boolean.class));
    return new User(document.getString("_id"), active, balances);
  }

  /** Lets the user make requests, or not. False if there is no such user. */
  public boolean setActive(String id, boolean active) {
    return store.update(
        new UserUpdate(
            id, new Document(), new Document("$set", new Document(Paths.ACTIVE, active))));
  }
}
