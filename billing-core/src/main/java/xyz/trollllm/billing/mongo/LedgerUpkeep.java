package xyz.trollllm.billing.mongo;

import static java.lang.System.Logger.Level.WARNING;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import xyz.trollllm.billing.StoreState;

/**
 * The ledger's work beside the requests. Runs in the background once started; each part may also be
 * run by hand, from any thread.
 */
public final class LedgerUpkeep {
  private static final System.Logger LOG = System.getLogger(LedgerUpkeep.class.getName());
  private static final int DRAINS_PER_SWEEP = 40;

  private final OutboxDrain drain;
  private final HoldSweep sweep;
  private final StoreState store;
  private final Set<String> failing = ConcurrentHashMap.newKeySet();
  private final CountDownLatch stopped = new CountDownLatch(1);

  LedgerUpkeep(OutboxDrain drain, HoldSweep sweep, StoreState store) {
    this.drain = drain;
    this.sweep = sweep;
    this.store = store;
  }

  void start(Duration interval) {
    if (interval.isPositive()) {
      Thread.ofPlatform().daemon().name("ledger-upkeep").start(() -> runUntilStopped(interval));
    }
  }

  private void runUntilStopped(Duration interval) {
    try {
      for (int round = 0; !stopped.await(interval.toMillis(), TimeUnit.MILLISECONDS); round++) {
        attempt("drain", this::drainOnce);
        if (round % DRAINS_PER_SWEEP == 0) {
          attempt("sweep", this::sweepOnce);
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** Writes settled requests to the log; returns how many rows were new there. */
  public synchronized int drainOnce() {
    return drain.run();
  }

  /** Releases holds that have expired; returns how many there were. */
  public synchronized int sweepOnce() {
    return sweep.run();
  }

  /** Ends the work in the background, after one last drain if the store is known to answer. */
  void close(boolean storeAnswers) {
    stopped.countDown();
    if (storeAnswers) {
      attempt("drain", this::drainOnce);
    }
  }

  /** Tells the first failure of several in a row; of a store that is silent others tell. */
  private void attempt(String work, Runnable run) {
    if (store.isSilent()) {
      return;
    }
    try {
      run.run();
      failing.remove(work);
    } catch (RuntimeException e) {
      if (failing.add(work)) {
        LOG.log(WARNING, work + " failed and will be tried again", e);
      }
    }
  }
}
