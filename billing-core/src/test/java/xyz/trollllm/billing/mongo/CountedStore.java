package xyz.trollllm.billing.mongo;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/** Counts the statements that reach a store. Safe for use by many threads. */
final class CountedStore extends ChangedStore {
  private final AtomicInteger updates = new AtomicInteger();
  private final AtomicInteger others = new AtomicInteger();

  CountedStore(LedgerStore store) {
    super(store);
  }

  /** Statements that change users. */
  int updates() {
    return updates.get();
  }

  /** Statements of any kind. */
  int statements() {
    return updates.get() + others.get();
  }

  @Override
  public boolean update(UserUpdate update) {
    updates.incrementAndGet();
    return super.update(update);
  }

  @Override
  public void updateAll(List<UserUpdate> some) {
    if (!some.isEmpty()) {
      updates.incrementAndGet();
      super.updateAll(some);
    }
  }

  @Override
  public @Nullable Document user(String userId, Bson projection) {
    others.incrementAndGet();
    return super.user(userId, projection);
  }

  @Override
  public @Nullable Document logRow(String id) {
    others.incrementAndGet();
    return super.logRow(id);
  }

  @Override
  public Appended append(List<Document> rows) {
    if (!rows.isEmpty()) {
      others.incrementAndGet();
    }
    return super.append(rows);
  }

  @Override
  public void dirtyUsers(Consumer<Dirty> visitor) {
    others.incrementAndGet();
    super.dirtyUsers(visitor);
  }
}
