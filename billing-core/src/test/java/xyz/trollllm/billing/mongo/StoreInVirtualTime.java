package xyz.trollllm.billing.mongo;

import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.function.Consumer;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/** A store whose own clock is a given one. */
record StoreInVirtualTime(LedgerStore store, Clock clock) implements LedgerStore {
  @Override
  public boolean update(UserUpdate update) {
    return store.update(atVirtualTime(update));
  }

  @Override
  public void updateAll(List<UserUpdate> updates) {
    store.updateAll(updates.stream().map(this::atVirtualTime).toList());
  }

  private UserUpdate atVirtualTime(UserUpdate update) {
    return new UserUpdate(update.userId(), (Document) withoutNow(update.filter()), update.update());
  }

  private Object withoutNow(Object value) {
    return switch (value) {
      case Document document -> {
        Document copy = new Document();
        document.forEach((name, field) -> copy.put(name, field == null ? null : withoutNow(field)));
        yield copy;
      }
      case Collection<?> list ->
          list.stream().map(element -> element == null ? null : withoutNow(element)).toList();
      case String name when name.equals("$$NOW") -> Date.from(clock.instant());
      default -> value;
    };
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
    store.dirtyUsers(user ->
        visitor.accept(new Dirty(user.userId(), clock.instant(), user.entries(), user.past())));
  }

  @Override
  public void usersWithHoldsExpiring(Instant before, Consumer<Document> visitor) {
    store.usersWithHoldsExpiring(before, visitor);
  }
}
