package xyz.trollllm.billing.mongo;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/**
 * What the ledger asks of its database. All methods block and throw {@link
 * com.mongodb.MongoException}; after that, whether a write happened is unknown.
 *
 * <p>Every change of a user's document goes through {@link #update} and {@link #updateAll}, so an
 * implementation may merge or reorder updates that are under way together.
 */
interface LedgerStore {
  /** Applies {@code update} durably. False means that its condition did not hold. */
  boolean update(UserUpdate update);

  /** Applies each update whose condition holds, in any order. */
  void updateAll(List<UserUpdate> updates);

  /** The named parts of a user's document; null if there is no such user. */
  @Nullable Document user(String userId, Bson projection);

  /** The row of {@code request_logs} with this id; null if there is none. */
  @Nullable Document logRow(String id);

  /**
   * The newest rows of a user that the gateway wrote, by descending id.
   *
   * @param before only rows whose id is less; null for the newest
   */
  List<Document> logRows(String userId, @Nullable String before, int limit);

  /**
   * Adds rows to {@code request_logs}.
   *
   * @return which of them certainly stand there now
   */
  Appended append(List<Document> rows);

  /** Shows every user with entries in the outbox. */
  void dirtyUsers(Consumer<Dirty> visitor);

  /** Shows every user with a hold that may have expired before {@code before}. */
  void usersWithHoldsExpiring(Instant before, Consumer<Document> visitor);

  /** Ids of appended rows: those written now, and those found to be there before. */
  record Appended(Set<String> added, Set<String> found) {
    boolean stands(String id) {
      return added.contains(id) || found.contains(id);
    }
  }

  /**
   * A user with entries in the outbox, as of {@code now} by the store's clock.
   *
   * @param past the arrays of {@link Past}
   */
  record Dirty(String userId, Instant now, List<OutboxEntry> entries, List<String> past) {}
}
