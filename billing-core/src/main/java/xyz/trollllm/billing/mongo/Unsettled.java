package xyz.trollllm.billing.mongo;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import xyz.trollllm.billing.Settled;

/** The settlements that are under way in one ledger. Safe for use by many threads. */
final class Unsettled {
  private static final System.Logger LOG = System.getLogger(MongoCreditLedger.class.getName());

  private final Set<String> underWay = ConcurrentHashMap.newKeySet();
  private final Set<String> deferred = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean told = new AtomicBoolean();
  private volatile BiConsumer<String, Settled> listener = (_, _) -> {};

  /** Has {@code newListener} told of settlements that had to wait and have ended. */
  void tell(BiConsumer<String, Settled> newListener) {
    listener = newListener;
  }

  void hasBegun(String requestId) {
    underWay.add(requestId);
  }

  /** The caller was told that this settlement has to wait. */
  void isDeferred(String requestId) {
    deferred.add(requestId);
    if (told.compareAndSet(false, true)) {
      LOG.log(WARNING, "the store does not answer: settlements are kept and tried again");
    }
  }

  /** How many settlements are under way, those included that wait for the store. */
  int count() {
    return underWay.size();
  }

  void hasEnded(String requestId, Settled settled) {
    underWay.remove(requestId);
    if (!deferred.remove(requestId)) {
      return;
    }
    listener.accept(requestId, settled);
    if (settled instanceof Settled.UnknownHold) {
      LOG.log(ERROR, "request {0} was not settled: the store knows no such hold", requestId);
    }
    if (deferred.isEmpty() && told.compareAndSet(true, false)) {
      LOG.log(INFO, "the store answers again: no settlement is waiting");
    }
  }

  /** Says which settlements did not end before the ledger did. */
  void report() {
    if (!underWay.isEmpty()) {
      LOG.log(ERROR, "requests not settled when the ledger closed: {0}", new TreeSet<>(underWay));
    }
  }
}
