package xyz.trollllm.billing.mongo;

import static java.lang.System.Logger.Level.WARNING;

import com.mongodb.client.MongoDatabase;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.bson.Document;
import xyz.trollllm.billing.CreditLedger;
import xyz.trollllm.billing.Hold;
import xyz.trollllm.billing.HoldRequest;
import xyz.trollllm.billing.RequestHistory;
import xyz.trollllm.billing.Reservation;
import xyz.trollllm.billing.Settled;
import xyz.trollllm.billing.Settlement;
import xyz.trollllm.billing.StoreState;
import xyz.trollllm.billing.Usd;

/**
 * The ledger on MongoDB. Safe for use by many threads.
 *
 * <p>Operations wait in {@link UserLanes}, and callbacks are called on the threads of these. An
 * operation that failed with an unknown outcome is repeated: {@link LedgerStatements} says why this
 * moves money once.
 */
public final class MongoCreditLedger implements CreditLedger {
  private static final System.Logger LOG = System.getLogger(MongoCreditLedger.class.getName());

  /** Operations that may wait for the store; settlements are taken on beyond that. */
  private static final int MOST_WAITING = 20_000;

  /** Of these, operations of one user, if that may not have more holds. */
  private static final int MOST_WAITING_OF_ONE_USER = 1_000;

  private final LedgerContext context;
  private final UserLanes lanes;
  private final LedgerUpkeep upkeep;
  private final RequestHistory history;
  private final Duration closeTimeout;
  private final ExecutorService executor;
  private final StoreState state;
  private final Unsettled unsettled = new Unsettled();

  private MongoCreditLedger(
      LedgerContext context,
      UserLanes lanes,
      LedgerUpkeep upkeep,
      RequestHistory history,
      Duration closeTimeout,
      ExecutorService executor,
      StoreState state) {
    this.context = context;
    this.lanes = lanes;
    this.upkeep = upkeep;
    this.history = history;
    this.closeTimeout = closeTimeout;
    this.executor = executor;
    this.state = state;
  }

  /** Opens the ledger in {@code database} and starts its upkeep, unless the options say not to. */
  public static MongoCreditLedger open(MongoDatabase database, MongoLedgerOptions options) {
    return open(database, options, Clock.systemUTC());
  }

  /** As {@link #open(MongoDatabase, MongoLedgerOptions)}, by a clock that tests may move. */
  public static MongoCreditLedger open(
      MongoDatabase database, MongoLedgerOptions options, Clock clock) {
    return open(new MongoLedgerStore(database), new KeyCounters(database)::count, options, clock);
  }

  /**
   * As {@link #open(MongoDatabase, MongoLedgerOptions)}. While {@code state} says that the database
   * does not answer it is not asked: reservations are unavailable at once, settlements wait.
   */
  public static MongoCreditLedger open(
      MongoDatabase database, MongoLedgerOptions options, StoreState state) {
    return open(
        new MongoLedgerStore(database),
        new KeyCounters(database)::count,
        options,
        Clock.systemUTC(),
        Backoff.DEFAULT,
        threads(),
        state);
  }

  /**
   * Opens the ledger on any store.
   *
   * @param newRows gets to see the rows that were added to the log
   */
  static MongoCreditLedger open(
      LedgerStore store,
      Consumer<List<Document>> newRows,
      MongoLedgerOptions options,
      Clock clock) {
    return open(store, newRows, options, clock, Backoff.DEFAULT, threads(), StoreState.ANSWERS);
  }

  private static ExecutorService threads() {
    return Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("ledger-", 0).factory());
  }

  static MongoCreditLedger open(
      LedgerStore unwatched,
      Consumer<List<Document>> newRows,
      MongoLedgerOptions options,
      Clock clock,
      Backoff backoff,
      ExecutorService executor,
      StoreState state) {
    LedgerStore store = new WatchedStore(unwatched, state);
    LedgerContext context = LedgerContext.of(store, options, clock);
    int mostOfOneUser = Math.max(MOST_WAITING_OF_ONE_USER, options.maxOpenHolds());
    UserLanes lanes = new UserLanes(store, executor, backoff, mostOfOneUser, MOST_WAITING);
    LedgerUpkeep upkeep =
        new LedgerUpkeep(
            new OutboxDrain(store, lanes, newRows, options), new HoldSweep(context, lanes), state);
    upkeep.start(options.upkeepInterval());
    return new MongoCreditLedger(
        context,
        lanes,
        upkeep,
        new MongoRequestHistory(store),
        options.closeTimeout(),
        executor,
        state);
  }

  @Override
  public RequestHistory history() {
    return history;
  }

  /** What is done beside the requests: the log is written and expired holds are released. */
  public LedgerUpkeep upkeep() {
    return upkeep;
  }

  /** How many requests have ended and are not settled yet. */
  public int unsettled() {
    return unsettled.count();
  }

  @Override
  public void reserve(HoldRequest request, Consumer<Reservation> outcome) {
    if (state.isSilent()) {
      outcome.accept(ReserveOperation.unavailable(Operation.SILENT));
      return;
    }
    LedgerStatements.Reserve reserve = context.statements().reserve(request, context.now());
    lanes.offer(new ReserveOperation(context, reserve, outcome));
  }

  @Override
  public void raise(Hold hold, Usd amount, Consumer<Reservation> outcome) {
    hold.requireLessThan(amount);
    if (state.isSilent()) {
      outcome.accept(ReserveOperation.unavailable(Operation.SILENT));
      return;
    }
    lanes.offer(new RaiseOperation(context, hold, amount, outcome));
  }

  @Override
  public void settle(Settlement settlement, Consumer<Settled> outcome) {
    unsettled.hasBegun(settlement.hold().requestId());
    lanes.submit(new SettleOperation(context, settlement, unsettled, outcome));
    if (executor.isShutdown()) {
      unsettled.report();
    }
  }

  @Override
  public void whenDeferredEnds(BiConsumer<String, Settled> listener) {
    unsettled.tell(listener);
  }

  @Override
  public void extend(Hold hold) {
    context.strays().keep(hold.requestId());
    if (state.isSilent()) {
      return; // the next time will do, or the charge is taken late
    }
    UserUpdate update = context.statements().extend(hold, context.now());
    lanes.offer(new PlainUpdate(update, result -> warnUnlessExtended(hold, result)));
  }

  private static void warnUnlessExtended(Hold hold, PlainUpdate.Result result) {
    if (result.failure() != null) {
      LOG.log(
          WARNING,
          "the hold of request {0} was not extended: {1}",
          hold.requestId(),
          result.failure());
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
    unsettled.report();
  }
}
