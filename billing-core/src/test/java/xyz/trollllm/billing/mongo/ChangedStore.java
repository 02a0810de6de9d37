package xyz.trollllm.billing.mongo;

import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/** A store that gets other statements than the ledger gives. */
abstract class ChangedStore implements LedgerStore {
  private final LedgerStore store;

  ChangedStore(LedgerStore store) {
    this.store = store;
  }

  UserUpdate changed(UserUpdate update) {
    return update;
  }

  @Override
  public boolean update(UserUpdate update) {
    return store.update(changed(update));
  }

  @Override
  public void updateAll(List<UserUpdate> updates) {
    store.updateAll(updates.stream().map(this::changed).toList());
  }

  @Override
  public @Nullable Document user(String userId, Bson projection) {
    return store.user(userId, projection);
  }

  @Override
  public @Nullable Document logRow(String id) {
    return store.logRow(id);
  }

  @Override
  public List<Document> logRows(String userId, @Nullable String before, int limit) {
    return store.logRows(userId, before, limit);
  }

  @Override
  public Appended append(List<Document> rows) {
    return store.append(rows);
  }

  @Override
  public void dirtyUsers(Consumer<Dirty> visitor) {
    store.dirtyUsers(visitor);
  }

  @Override
  public void usersWithHoldsExpiring(Instant before, Consumer<Document> visitor) {
    store.usersWithHoldsExpiring(before, visitor);
  }
}
