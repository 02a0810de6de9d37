package xyz.trollllm.billing.mongo;

import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.StoreState;

/** A store that is not asked while it is known not to answer, so that nobody waits in vain. */
final class WatchedStore implements LedgerStore {
  private final LedgerStore store;
  private final StoreState state;

  WatchedStore(LedgerStore store, StoreState state) {
    this.store = store;
    this.state = state;
  }

  private LedgerStore store() {
    if (state.isSilent()) {
      throw new StoreSilentException();
    }
    return store;
  }

  @Override
  public boolean update(UserUpdate update) {
    return store().update(update);
  }

  @Override
  public void updateAll(List<UserUpdate> updates) {
    store().updateAll(updates);
  }

  @Override
  public @Nullable Document user(String userId, Bson projection) {
    return store().user(userId, projection);
  }

  @Override
  public @Nullable Document logRow(String id) {
    return store().logRow(id);
  }

  @Override
  public List<Document> logRows(String userId, @Nullable String before, int limit) {
    return store().logRows(userId, before, limit);
  }

  @Override
  public Appended append(List<Document> rows) {
    return store().append(rows);
  }

  @Override
  public void dirtyUsers(Consumer<Dirty> visitor) {
    store().dirtyUsers(visitor);
  }

  @Override
  public void usersWithHoldsExpiring(Instant before, Consumer<Document> visitor) {
    store().usersWithHoldsExpiring(before, visitor);
  }
}
