package xyz.trollllm.billing.mongo;

import java.time.Clock;
import java.util.Collection;
import java.util.Date;
import java.util.function.Consumer;
import org.bson.Document;

/** A store whose own clock is a given one. */
final class StoreInVirtualTime extends ChangedStore {
  private final Clock clock;

  StoreInVirtualTime(LedgerStore store, Clock clock) {
    super(store);
    this.clock = clock;
  }

  @Override
  UserUpdate changed(UserUpdate update) {
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
  public void dirtyUsers(Consumer<Dirty> visitor) {
    super.dirtyUsers(user ->
        visitor.accept(new Dirty(user.userId(), clock.instant(), user.entries(), user.past())));
  }
}
