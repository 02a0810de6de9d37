package xyz.trollllm.billing.mongo;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import com.mongodb.MongoCommandException;
import com.mongodb.MongoException;
import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoDatabase;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import xyz.trollllm.billing.CreditLedger;
import xyz.trollllm.billing.Hold;
import xyz.trollllm.billing.HoldRequest;
import xyz.trollllm.billing.RequestHistory;
import xyz.trollllm.billing.Reservation;
import xyz.trollllm.billing.Settled;
import xyz.trollllm.billing.Settlement;
import xyz.trollllm.billing.Usd;

/**
 * The ledger on MongoDB. Safe for use by many threads.
 *
 * <p>Every operation runs on a virtual thread of its own, and its callback is called there. An
 * operation that failed with an unknown outcome is repeated: {@link LedgerStatements} says why this
 * moves money once.
 */
public final class MongoCreditLedger implements CreditLedger {
  private static final System.Logger LOG = System.getLogger(MongoCreditLedger.class.getName());

  /** Failed attempts after which a settlement is reported as deferred. */
  private static final int PATIENCE = 3;

  private final LedgerOperations operations;
  private final LedgerUpkeep upkeep;
  private final RequestHistory history;
  private final Duration closeTimeout;
  private final Clock clock;
  private final Backoff backoff;
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final Set<String> unsettled = ConcurrentHashMap.newKeySet();
  private final AtomicInteger deferred = new AtomicInteger();

  MongoCreditLedger(
      LedgerOperations operations,
      LedgerUpkeep upkeep,
      RequestHistory history,
      Duration closeTimeout,
      Clock clock,
      Backoff backoff) {
    this.operations = operations;
    this.upkeep = upkeep;
    this.history = history;
    this.closeTimeout = closeTimeout;
    this.clock = clock;
    this.backoff = backoff;
  }

  /** Opens the ledger in {@code database} and starts its upkeep, unless the options say not to. */
  public static MongoCreditLedger open(MongoDatabase database, MongoLedgerOptions options) {
    return open(database, options, Clock.systemUTC());
  }

  /** As {@link #open(MongoDatabase, MongoLedgerOptions)}, by a clock that tests may move. */
  public static MongoCreditLedger open(
      MongoDatabase database, MongoLedgerOptions options, Clock clock) {
    return open(new MongoLedgerStore(database), new KeyCounters(database), options, clock);
  }

  static MongoCreditLedger open(
      LedgerStore store, KeyCounters counters, MongoLedgerOptions options, Clock clock) {
    LedgerOperations operations = new LedgerOperations(store, options, clock);
    LedgerUpkeep upkeep =
        new LedgerUpkeep(
            new OutboxDrain(store, counters, options.instance()),
            new HoldSweep(store, operations, clock));
    upkeep.start(options.upkeepInterval());
    return new MongoCreditLedger(
        operations,
        upkeep,
        new MongoRequestHistory(store),
        options.closeTimeout(),
        clock,
        Backoff.DEFAULT);
  }

  @Override
  public RequestHistory history() {
    return history;
  }

  /** What is done beside the requests: the log is written and expired holds are released. */
  public LedgerUpkeep upkeep() {
    return upkeep;
  }

  @Override
  public void reserve(HoldRequest request, Consumer<Reservation> outcome) {
    LedgerStatements.Reserve reserve = operations.prepare(request);
    setAside(reserve.deadline(), () -> operations.reserve(reserve), outcome);
  }

  @Override
  public void raise(Hold hold, Usd amount, Consumer<Reservation> outcome) {
    hold.requireLessThan(amount);
    Instant deadline = operations.deadline();
    setAside(deadline, () -> operations.raise(hold, amount, deadline), outcome);
  }

  private void setAside(
      Instant deadline, Supplier<Reservation> operation, Consumer<Reservation> outcome) {
    try {
      executor.execute(() -> outcome.accept(beforeDeadline(deadline, operation)));
    } catch (RejectedExecutionException _) {
      outcome.accept(new Reservation.Unavailable("the ledger is closed"));
    }
  }

  private Reservation beforeDeadline(Instant deadline, Supplier<Reservation> operation) {
    for (int failures = 1; ; failures++) {
      try {
        return operation.get();
      } catch (RuntimeException e) {
        Duration pause = backoff.pause(failures);
        if (isFinal(e) || clock.instant().plus(pause).isAfter(deadline) || !sleep(pause)) {
          return new Reservation.Unavailable(failure(e));
        }
      }
    }
  }

  @Override
  public void settle(Settlement settlement, Consumer<Settled> outcome) {
    UserUpdate prepared = operations.prepare(settlement);
    unsettled.add(settlement.hold().requestId());
    try {
      executor.execute(() -> settleUntilDone(settlement, prepared, outcome));
    } catch (RejectedExecutionException _) {
      logUnsettled();
      outcome.accept(new Settled.Deferred("the ledger is closed"));
    }
  }

  private void settleUntilDone(
      Settlement settlement, UserUpdate prepared, Consumer<Settled> outcome) {
    Settled first = attempt(settlement, prepared, PATIENCE);
    try {
      outcome.accept(first);
    } finally {
      if (first instanceof Settled.Deferred) {
        goOnTrying(settlement, prepared);
      }
    }
  }

  private void goOnTrying(Settlement settlement, UserUpdate prepared) {
    String requestId = settlement.hold().requestId();
    if (deferred.getAndIncrement() == 0) {
      LOG.log(WARNING, "the store does not answer: settlements are kept and tried again");
    }
    switch (attempt(settlement, prepared, Integer.MAX_VALUE)) {
      case Settled.Deferred _ -> {} // closing: close() says which are left
      case Settled.UnknownHold _ ->
          LOG.log(ERROR, "request {0} was not settled: the store knows no such hold", requestId);
      case Settled.Taken _, Settled.TakenLate _, Settled.AlreadyTaken _ -> {
        if (deferred.decrementAndGet() == 0) {
          LOG.log(INFO, "the store answers again: no settlement is waiting");
        }
      }
    }
  }

  /** Tries until the store has answered, has failed {@code patience} times, or time is up. */
  private Settled attempt(Settlement settlement, UserUpdate prepared, int patience) {
    for (int failures = 1; ; failures++) {
      try {
        Settled settled = operations.settle(settlement, prepared);
        unsettled.remove(settlement.hold().requestId());
        return settled;
      } catch (RuntimeException e) {
        if (failures == patience || !sleep(backoff.pause(failures))) {
          return new Settled.Deferred(failure(e));
        }
      }
    }
  }

  @Override
  public void extend(Hold hold) {
    try {
      executor.execute(() -> tryToExtend(hold));
    } catch (RejectedExecutionException _) {
      // Closed: the hold stands as long as it does, and a late settlement is possible.
    }
  }

  private void tryToExtend(Hold hold) {
    try {
      operations.extend(hold);
    } catch (RuntimeException e) {
      LOG.log(WARNING, "the hold of request {0} was not extended: {1}", hold.requestId(), e);
    }
  }

  /**
   * Waits for what is under way, within the configured time, and writes the log. Whatever could not
   * be settled is named in an error message; its hold expires.
   */
  @Override
  public void close() {
    executor.shutdown();
    boolean finished = false;
    try {
      finished = executor.awaitTermination(closeTimeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    executor.shutdownNow();
    upkeep.close(finished);
    logUnsettled();
  }

  private void logUnsettled() {
    if (!unsettled.isEmpty()) {
      LOG.log(ERROR, "requests not settled when the ledger closed: {0}", new TreeSet<>(unsettled));
    }
  }

  /** Whether the store has answered, with an error that another attempt would meet again. */
  private static boolean isFinal(RuntimeException e) {
    return switch (e) {
      case MongoWriteException _ -> true;
      case MongoCommandException refused -> !refused.hasErrorLabel("RetryableWriteError");
      default -> !(e instanceof MongoException);
    };
  }

  private static String failure(RuntimeException e) {
    return "the store failed with " + e.getClass().getSimpleName();
  }

  /** False if the thread is to stop instead. */
  private static boolean sleep(Duration pause) {
    try {
      Thread.sleep(pause);
      return true;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
