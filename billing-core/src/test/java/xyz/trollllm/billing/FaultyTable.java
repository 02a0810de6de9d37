package xyz.trollllm.billing;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** A table whose calls fail as planned, by their number. Used by one thread. */
final class FaultyTable implements IdempotencyTable {
  /** What goes wrong with a call. */
  enum Fault {
    CRASH_BEFORE,
    CRASH_AFTER,
    LOST_CALL,
    LOST_REPLY,
    REPEATED_SOON,
    REPEATED_LATE,
    STUCK_SHORTLY,
    STUCK
  }

  /** The end of a process. */
  static final class ProcessDied extends Error {
    private static final long serialVersionUID = 1L;

    ProcessDied() {
      super("as the plan wants it", null, false, false);
    }
  }

  private final IdempotencyTable table;
  private final Map<Integer, Fault> plan;
  private final List<Runnable> soon = new ArrayList<>();
  private final List<Runnable> late = new ArrayList<>();
  private int calls;

  FaultyTable(IdempotencyTable table, Map<Integer, Fault> plan) {
    this.table = table;
    this.plan = plan;
  }

  int calls() {
    return calls;
  }

  /** Calls that got stuck arrive, for the first time or again. */
  void deliver() {
    late.forEach(Runnable::run);
  }

  @Override
  public boolean insert(Row row) {
    return call(() -> table.insert(row));
  }

  @Override
  public Optional<Standing> find(String keyHash) {
    return call(() -> table.find(keyHash));
  }

  @Override
  public boolean replace(String requestId, Row by) {
    return call(() -> table.replace(requestId, by));
  }

  @Override
  public void delete(String keyHash, String requestId) {
    boolean _ =
        call(() -> {
          table.delete(keyHash, requestId);
          return true;
        });
  }

  @Override
  public void removeExpired(Instant now) {
    table.removeExpired(now);
  }

  private <T> T call(Supplier<T> statement) {
    List<Runnable> arriving = List.copyOf(soon);
    soon.clear();
    arriving.forEach(Runnable::run);
    Runnable again =
        () -> {
          T _ = statement.get();
        };
    Fault fault = plan.get(calls++);
    if (fault == null) {
      return statement.get();
    }
    return switch (fault) {
      case CRASH_BEFORE -> throw new ProcessDied();
      case CRASH_AFTER -> {
        again.run();
        throw new ProcessDied();
      }
      case LOST_CALL -> throw failed();
      case LOST_REPLY -> {
        again.run();
        throw failed();
      }
      case STUCK_SHORTLY -> {
        soon.add(again);
        throw failed();
      }
      case STUCK -> {
        late.add(again);
        throw failed();
      }
      case REPEATED_SOON -> {
        soon.add(again);
        yield statement.get();
      }
      case REPEATED_LATE -> {
        late.add(again);
        yield statement.get();
      }
    };
  }

  private static UnavailableException failed() {
    return new UnavailableException(new IllegalStateException("as the plan wants it"));
  }
}
