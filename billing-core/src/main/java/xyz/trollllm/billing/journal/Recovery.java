package xyz.trollllm.billing.journal;

import static java.lang.System.Logger.Level.INFO;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import xyz.trollllm.billing.Basis;
import xyz.trollllm.billing.Cost;
import xyz.trollllm.billing.RequestRecord;
import xyz.trollllm.billing.Settled;
import xyz.trollllm.billing.Settlement;
import xyz.trollllm.billing.Settlement.Outcome;
import xyz.trollllm.billing.TokenUsage;
import xyz.trollllm.billing.Usd;

/** What became of the requests that a journal had left open. Safe for use by many threads. */
public final class Recovery {
  /** Marks records of requests that were settled by a journal. */
  public static final String PROCESS_DIED = "process-died";

  private static final System.Logger LOG = System.getLogger(Recovery.class.getName());
  private static final String UNKNOWN = "unknown";

  /** For so long at least, the log has the row of every charge. */
  private static final Duration LOGGED = Duration.ofDays(1);

  private final CountDownLatch open;
  private final Map<Basis, Integer> settled = new EnumMap<>(Basis.class);
  private int before;
  private int lost;
  private int waiting;

  Recovery(int requests) {
    this.open = new CountDownLatch(requests);
  }

  /**
   * How an open request is settled: as it says, and for nothing if it had only just started. One
   * that was admitted without the store is charged without a hold only as long as the log would
   * know it if it had been charged before: this may be the copy of an old journal.
   */
  static Settlement settlement(OpenRequest open, String instance, Instant now) {
    boolean isForgotten = open.at().isBefore(now.minus(LOGGED));
    return open.settlement()
        .map(Recovery::flagged)
        .map(settlement -> isForgotten ? ofKnownHold(settlement) : settlement)
        .orElseGet(
            () -> new Settlement(open.hold(), Usd.ZERO, Outcome.ERROR, ofNothing(open, instance)));
  }

  private static Settlement ofKnownHold(Settlement settlement) {
    return new Settlement(
        settlement.hold().asKnown(),
        settlement.charge(),
        settlement.outcome(),
        settlement.record());
  }

  private static Settlement flagged(Settlement settlement) {
    RequestRecord record = settlement.record();
    SortedSet<String> flags = new TreeSet<>(record.flags());
    flags.add(PROCESS_DIED);
    return new Settlement(
        settlement.hold(), settlement.charge(), settlement.outcome(), record.with(flags));
  }

  private static RequestRecord ofNothing(OpenRequest open, String instance) {
    return new RequestRecord(
        UNKNOWN,
        instance,
        UNKNOWN,
        UNKNOWN,
        UNKNOWN,
        null,
        false,
        TokenUsage.NONE,
        Basis.VOID,
        new TreeSet<>(List.of(PROCESS_DIED)),
        new Cost(List.of(), List.of(), BigDecimal.ONE, new TreeSet<>()),
        0,
        open.at(),
        Duration.ZERO);
  }

  /** Whether something is due of which the store knows nothing. */
  static boolean isLost(Settlement settlement, Settled settled) {
    return settled instanceof Settled.UnknownHold && !settlement.charge().equals(Usd.ZERO);
  }

  synchronized void count(OpenRequest request, Settlement settlement, Settled how) {
    switch (how) {
      case Settled.Taken _, Settled.TakenLate _ ->
          settled.merge(settlement.record().basis(), 1, Integer::sum);
      case Settled.AlreadyTaken _ -> before++;
      case Settled.UnknownHold _ -> {
        if (isLost(settlement, how)) {
          lost++;
        } else {
          before++;
        }
      }
      case Settled.Deferred _ -> waiting++;
    }
    open.countDown();
  }

  /** How many were settled now on this basis. */
  public synchronized int settled(Basis basis) {
    return settled.getOrDefault(basis, 0);
  }

  /** How many were settled before, or never held and cost nothing. */
  public synchronized int settledBefore() {
    return before;
  }

  /** How many are due, but unknown to the store. */
  public synchronized int lost() {
    return lost;
  }

  /** How many wait for the store. */
  public synchronized int waiting() {
    return waiting;
  }

  /**
   * Waits for the store, up to {@code patience}, and says in the log how it went. An interrupt ends
   * the waiting and stays set.
   */
  public void await(Duration patience) {
    long all = open.getCount();
    boolean done = false;
    try {
      done = open.await(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    synchronized (this) {
      if (all + settled.size() + before + lost + waiting > 0) {
        LOG.log(
            INFO,
            "requests that the process before left open: {0} settled by the upstream''s usage,"
                + " {1} by a part of it, {2} by an estimate, {3} without charge; {4} needed no"
                + " settlement; {5} are unknown to the store; {6} wait for it",
            settled(Basis.UPSTREAM),
            settled(Basis.PARTIAL),
            settled(Basis.ESTIMATED),
            settled(Basis.VOID),
            before,
            lost,
            done ? waiting : waiting + open.getCount());
      }
    }
  }
}
