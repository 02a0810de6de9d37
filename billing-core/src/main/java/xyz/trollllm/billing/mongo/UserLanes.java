package xyz.trollllm.billing.mongo;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Brings the updates of each user to the store in the order they came, those that wait at the same
 * time as one: of one user at most one update is under way, whatever its kind and however many
 * requests the user makes. Safe for use by many threads.
 *
 * <p>A user with operations under way has a {@link Lane}, and the lane one task of the executor: so
 * there are never more tasks than users, and no user waits for another. I/O threads bring
 * operations, so a lane takes them on without a lock.
 */
final class UserLanes {
  private static final String CLOSED = "the ledger is closed";

  /** What has arrived at a lane that takes nothing on any more. */
  private static final Arrival CLOSED_LANE = new Arrival(List.of(), null);

  private final LedgerStore store;
  private final Executor executor;
  private final Backoff backoff;
  private final int mostOfOneUser;
  private final int mostOfAll;
  private final Map<String, Lane> lanes = new ConcurrentHashMap<>();
  private final AtomicInteger operations = new AtomicInteger();

  /**
   * Lanes to {@code store}.
   *
   * @param mostOfOneUser operations of one user that may wait
   * @param mostOfAll operations that may wait altogether
   */
  UserLanes(
      LedgerStore store, Executor executor, Backoff backoff, int mostOfOneUser, int mostOfAll) {
    this.store = store;
    this.executor = executor;
    this.backoff = backoff;
    this.mostOfOneUser = mostOfOneUser;
    this.mostOfAll = mostOfAll;
  }

  /** Takes an operation on unless too many wait; then it is abandoned. */
  void offer(Operation<?> operation) {
    if (operations.get() >= mostOfAll
        || !enter(operation.userId(), List.of(operation), mostOfOneUser)) {
      operation.abandoned("too many operations wait for the store");
    }
  }

  /** Takes an operation on, however many wait. */
  void submit(Operation<?> operation) {
    enter(operation.userId(), List.of(operation), Integer.MAX_VALUE);
  }

  /**
   * Tries updates, merged where possible, and waits for them.
   *
   * @return for each whether it happened
   */
  List<Boolean> update(List<UserUpdate> updates) {
    return submitted(updates).stream().map(PlainUpdate.Waiting::hasHappened).toList();
  }

  private List<PlainUpdate.Waiting> submitted(List<UserUpdate> updates) {
    List<PlainUpdate.Waiting> waiting = new ArrayList<>();
    Map<String, List<PlainUpdate>> byUser = new LinkedHashMap<>();
    for (UserUpdate update : updates) {
      PlainUpdate.Waiting outcome = new PlainUpdate.Waiting();
      waiting.add(outcome);
      byUser
          .computeIfAbsent(update.userId(), _ -> new ArrayList<>())
          .add(new PlainUpdate(update, outcome));
    }
    byUser.forEach((userId, more) -> enter(userId, more, Integer.MAX_VALUE));
    return waiting;
  }

  /**
   * Tries updates of many users and waits for them: in one statement those of users who have
   * nothing else under way, the others each in its lane.
   */
  void updateAll(List<UserUpdate> updates) {
    Map<String, Boolean> ours = new HashMap<>();
    List<UserUpdate> together = new ArrayList<>();
    List<UserUpdate> apart = new ArrayList<>();
    for (UserUpdate update : updates) {
      boolean isOurs = ours.computeIfAbsent(update.userId(), this::block);
      (isOurs ? together : apart).add(update);
    }
    List<PlainUpdate.Waiting> waiting;
    try {
      waiting = submitted(apart);
      store.updateAll(together);
    } finally {
      ours.forEach((userId, isOurs) -> {
        if (isOurs) {
          unblock(userId);
        }
      });
    }
    waiting.forEach(PlainUpdate.Waiting::hasHappened);
  }

  /** Lets a user's operations wait; false if there are some under way. */
  private boolean block(String userId) {
    return lanes.putIfAbsent(userId, new Lane(userId)) == null;
  }

  private void unblock(String userId) {
    Lane lane = lanes.get(userId);
    if (lane != null && !lane.closeIfEmpty()) {
      start(lane);
    }
  }

  private boolean enter(String userId, List<? extends Operation<?>> more, int most) {
    while (true) {
      Lane lane = lanes.get(userId);
      if (lane == null) {
        Lane opened = new Lane(userId);
        opened.add(more);
        if (lanes.putIfAbsent(userId, opened) == null) {
          opened.count(more.size());
          start(opened);
          return true;
        }
      } else if (lane.size.get() >= most) {
        return false;
      } else if (lane.add(more)) {
        lane.count(more.size());
        return true;
      } else {
        lanes.remove(userId, lane); // it is closed, and may not have come to that itself yet
      }
    }
  }

  private void start(Lane lane) {
    try {
      executor.execute(lane);
    } catch (RejectedExecutionException _) {
      lane.close(CLOSED);
    }
  }

  /** Takes an operation on again when some time has passed, without keeping others waiting. */
  private void submitLater(Operation<?> operation) {
    try {
      executor.execute(() -> {
        if (Pause.hasPassed(backoff.longest())) {
          submit(operation);
        } else {
          operation.abandoned(CLOSED);
        }
      });
    } catch (RejectedExecutionException _) {
      operation.abandoned(CLOSED);
    }
  }

  /** Operations that came together, after others. */
  private static final class Arrival {
    private final List<? extends Operation<?>> operations;
    private final @Nullable Arrival before;

    Arrival(List<? extends Operation<?>> operations, @Nullable Arrival before) {
      this.operations = operations;
      this.before = before;
    }
  }

  /**
   * The operations of one user, from the first that waits until none does. When the store does not
   * answer, the whole lane waits.
   */
  private final class Lane implements Runnable {
    private final String userId;

    /** What its task has not taken over yet, the newest first. */
    private final AtomicReference<@Nullable Arrival> arriving = new AtomicReference<>();

    /** What its task has taken over; only that touches it. */
    private final List<Operation<?>> waiting = new ArrayList<>();

    private final AtomicInteger size = new AtomicInteger();

    Lane(String userId) {
      this.userId = userId;
    }

    /** False if this lane is closed. */
    boolean add(List<? extends Operation<?>> more) {
      while (true) {
        Arrival before = arriving.get();
        if (before == CLOSED_LANE) {
          return false;
        }
        if (arriving.compareAndSet(before, new Arrival(more, before))) {
          return true;
        }
      }
    }

    private void count(int change) {
      size.addAndGet(change);
      operations.addAndGet(change);
    }

    @Override
    public void run() {
      String end = "the ledger has failed";
      try {
        for (int failures = 0; takeOver(); ) {
          if (Thread.currentThread().isInterrupted()) {
            end = CLOSED;
            return;
          }
          failures = serveNext(failures);
        }
      } finally {
        close(end);
      }
    }

    /** False if nothing waits any more: then this lane is gone. */
    private boolean takeOver() {
      while (!closeIfEmpty()) {
        Arrival newest = arriving.get();
        if (arriving.compareAndSet(newest, null)) {
          Deque<Arrival> inOrder = new ArrayDeque<>();
          for (Arrival arrival = newest; arrival != null; arrival = arrival.before) {
            inOrder.push(arrival);
          }
          inOrder.forEach(arrival -> waiting.addAll(arrival.operations));
          return true;
        }
      }
      return false;
    }

    /** Whether this lane is closed, which it is now if nothing waited. */
    private boolean closeIfEmpty() {
      if (waiting.isEmpty() && arriving.compareAndSet(null, CLOSED_LANE)) {
        lanes.remove(userId, this);
      }
      return arriving.get() == CLOSED_LANE;
    }

    void close(String reason) {
      while (takeOver()) {
        waiting.forEach(operation -> operation.abandoned(reason));
        count(-waiting.size());
        waiting.clear();
      }
    }

    /** Returns how often in a row the store has failed now. */
    private int serveNext(int failures) {
      Batch batch = Batch.first(waiting);
      List<Operation<?>> next = waiting.subList(0, batch.size());
      try {
        batch.run(store);
        return 0;
      } catch (RuntimeException e) {
        Duration pause = backoff.pause(failures + 1);
        batch.fail(e, pause);
        Pause.hasPassed(pause);
        return failures + 1;
      } finally {
        next.clear();
        waiting.addAll(0, batch.again());
        count(batch.again().size() - batch.size());
        batch.later().forEach(UserLanes.this::submitLater);
        batch.abandonTheRest("the ledger has failed");
      }
    }
  }
}
