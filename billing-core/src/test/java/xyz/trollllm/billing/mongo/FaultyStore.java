package xyz.trollllm.billing.mongo;

import com.mongodb.MongoSocketReadException;
import com.mongodb.ServerAddress;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/** A store whose network fails when told to: before a statement is applied, or after. */
final class FaultyStore implements LedgerStore {
  private final LedgerStore store;
  private final AtomicInteger lostRequests = new AtomicInteger();
  private final AtomicInteger lostReplies = new AtomicInteger();
  private volatile boolean appendsAreUnclear;

  FaultyStore(LedgerStore store) {
    this.store = store;
  }

  /** The next calls do not reach the store. */
  void loseRequests(int calls) {
    lostRequests.set(calls);
  }

  /** The next updates that match are applied, but say that they failed. */
  void loseReplies(int calls) {
    lostReplies.set(calls);
  }

  /** Rows are written, but no row is named as written, as when a bulk write breaks off. */
  void makeAppendsUnclear(boolean unclear) {
    appendsAreUnclear = unclear;
  }

  @Override
  public boolean update(UserUpdate update) {
    failIf(lostRequests);
    boolean matched = store.update(update);
    if (matched) {
      failIf(lostReplies);
    }
    return matched;
  }

  @Override
  public void updateAll(List<UserUpdate> updates) {
    failIf(lostRequests);
    store.updateAll(updates);
  }

  @Override
  public @Nullable Document user(String userId, Bson projection) {
    failIf(lostRequests);
    return store.user(userId, projection);
  }

  @Override
  public @Nullable Document logRow(String id) {
    failIf(lostRequests);
    return store.logRow(id);
  }

  @Override
  public List<Document> logRows(String userId, @Nullable String before, int limit) {
    failIf(lostRequests);
    return store.logRows(userId, before, limit);
  }

  @Override
  public Appended append(List<Document> rows) {
    Appended appended = store.append(rows);
    return appendsAreUnclear ? new Appended(Set.of(), Set.of()) : appended;
  }

  @Override
  public void dirtyUsers(Consumer<Dirty> visitor) {
    store.dirtyUsers(visitor);
  }

  @Override
  public void usersWithHoldsExpiring(Instant before, Consumer<Document> visitor) {
    store.usersWithHoldsExpiring(before, visitor);
  }

  private static void failIf(AtomicInteger remaining) {
    if (remaining.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
      throw new MongoSocketReadException("as the test wants it", new ServerAddress());
    }
  }
}
