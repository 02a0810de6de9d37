package xyz.trollllm.billing.mongo;

import com.mongodb.MongoSocketReadException;
import com.mongodb.ServerAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.mongo.FaultPlan.Call;
import xyz.trollllm.billing.mongo.FaultPlan.Fault;
import xyz.trollllm.billing.mongo.FaultPlan.Kind;

/** What lies between gateways and their store, and what goes wrong there. Used by one thread. */
final class FaultyNetwork {
  private static final Duration LONG = Duration.ofSeconds(30);

  private final LedgerStore store;
  private final Clock clock;
  private final FaultPlan plan;
  private final Runnable meanwhile;
  private final Runnable afterEachChange;
  private final List<Call> calls = new ArrayList<>();
  private final List<Runnable> soon = new ArrayList<>();
  private final List<Stuck> stuck = new ArrayList<>();
  private boolean quiet;

  /**
   * A network to {@code store}.
   *
   * @param meanwhile what another instance does beside a call
   * @param afterEachChange is run whenever something may have changed
   */
  FaultyNetwork(
      LedgerStore store,
      Clock clock,
      FaultPlan plan,
      Runnable meanwhile,
      Runnable afterEachChange) {
    this.store = store;
    this.clock = clock;
    this.plan = plan;
    this.meanwhile = meanwhile;
    this.afterEachChange = afterEachChange;
  }

  /** The end of a process, in the middle of whatever it does. */
  static final class ProcessDied extends Error {
    private static final long serialVersionUID = 1;

    ProcessDied() {
      super("as the plan wants it", null, false, false);
    }
  }

  private record Stuck(Runnable statement, Instant from) {}

  /** The calls that were made so far, those in quiet times not among them. */
  List<Call> calls() {
    return calls;
  }

  /** Runs something without faults. */
  void quietly(Runnable work) {
    boolean before = quiet;
    quiet = true;
    try {
      work.run();
    } finally {
      quiet = before;
    }
  }

  /** Stuck statements arrive, for the first time or again. */
  void deliver() {
    for (Stuck message : stuck) {
      if (!clock.instant().isBefore(message.from())) {
        message.statement().run();
      }
    }
  }

  /** The way of one process to the store. */
  final class Link implements LedgerStore {
    private boolean dead;

    boolean isDead() {
      return dead;
    }

    @Override
    public boolean update(UserUpdate update) {
      return call(Call.UPDATE, () -> store.update(update), false);
    }

    @Override
    public void updateAll(List<UserUpdate> updates) {
      if (!updates.isEmpty()) {
        call(
            Call.UPDATE,
            () -> {
              store.updateAll(updates);
              return true;
            },
            true);
      }
    }

    @Override
    public @Nullable Document user(String userId, Bson projection) {
      List<Document> found = new ArrayList<>();
      call(
          Call.READ,
          () -> {
            Document user = store.user(userId, projection);
            return user == null || found.add(user);
          },
          true);
      return found.isEmpty() ? null : found.getFirst();
    }

    @Override
    public @Nullable Document logRow(String id) {
      List<Document> found = new ArrayList<>();
      call(
          Call.READ,
          () -> {
            Document row = store.logRow(id);
            return row == null || found.add(row);
          },
          true);
      return found.isEmpty() ? null : found.getFirst();
    }

    @Override
    public List<Document> logRows(String userId, @Nullable String before, int limit) {
      return store.logRows(userId, before, limit);
    }

    @Override
    public Appended append(List<Document> rows) {
      Appended nothingKnown = new Appended(Set.of(), Set.of());
      return rows.isEmpty()
          ? nothingKnown
          : call(Call.APPEND, () -> store.append(rows), nothingKnown);
    }

    @Override
    public void dirtyUsers(Consumer<Dirty> visitor) {
      List<Dirty> found = new ArrayList<>();
      call(
          Call.READ,
          () -> {
            store.dirtyUsers(found::add);
            return true;
          },
          true);
      found.forEach(visitor);
    }

    @Override
    public void usersWithHoldsExpiring(Instant before, Consumer<Document> visitor) {
      List<Document> found = new ArrayList<>();
      call(
          Call.READ,
          () -> {
            store.usersWithHoldsExpiring(before, found::add);
            return true;
          },
          true);
      found.forEach(visitor);
    }

    private <T> T call(Call call, Supplier<T> statement, T unclear) {
      if (dead) {
        throw new ProcessDied();
      }
      Kind kind = quiet ? null : next(call);
      if (kind == null) {
        return apply(call, statement);
      }
      return switch (kind) {
        case CRASH_BEFORE -> throw died();
        case CRASH_AFTER -> {
          apply(call, statement);
          throw died();
        }
        case LOST_REPLY -> {
          apply(call, statement);
          throw failed();
        }
        case LOST_STATEMENT -> throw failed();
        case UNCLEAR -> unclear;
        case REPEATED_SOON -> {
          T result = apply(call, statement);
          soon.add(() -> apply(call, statement));
          yield result;
        }
        case REPEATED_LATE -> {
          T result = apply(call, statement);
          stuck.add(new Stuck(() -> apply(call, statement), clock.instant()));
          yield result;
        }
        case STUCK_SHORTLY -> {
          soon.add(() -> apply(call, statement));
          throw failed();
        }
        case STUCK -> {
          stuck.add(new Stuck(() -> apply(call, statement), clock.instant()));
          throw failed();
        }
        case STUCK_LONG -> {
          stuck.add(new Stuck(() -> apply(call, statement), clock.instant().plus(LONG)));
          throw failed();
        }
        case MEANWHILE -> {
          quietly(meanwhile);
          yield apply(call, statement);
        }
      };
    }

    private @Nullable Kind next(Call call) {
      List<Runnable> arriving = List.copyOf(soon);
      soon.clear();
      arriving.forEach(Runnable::run);
      int number = calls.size();
      calls.add(call);
      for (Fault fault : plan.faults()) {
        if (fault.call() == number) {
          return fault.kind();
        }
      }
      return null;
    }

    private <T> T apply(Call call, Supplier<T> statement) {
      T result = statement.get();
      if (call == Call.UPDATE) {
        afterEachChange.run();
      }
      return result;
    }

    private ProcessDied died() {
      dead = true;
      return new ProcessDied();
    }

    private static MongoSocketReadException failed() {
      return new MongoSocketReadException("as the plan wants it", new ServerAddress());
    }
  }
}
