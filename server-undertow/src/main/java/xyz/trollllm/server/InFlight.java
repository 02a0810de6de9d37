package xyz.trollllm.server;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts what is under way for requests and lets a shutdown wait for them. Safe for use by many
 * threads; only {@link #drain} waits.
 */
final class InFlight {
  private static final int DRAINING = Integer.MIN_VALUE;

  /** The number of requests; the sign bit is set while draining. */
  private final AtomicInteger state = new AtomicInteger();

  private final CountDownLatch idle = new CountDownLatch(1);

  /** Counts a request, unless the server is draining. */
  boolean enter() {
    return state.getAndUpdate(current -> current < 0 ? current : current + 1) >= 0;
  }

  /** Counts more work for a request that was let in, such as reading on after its client left. */
  void goOn() {
    state.incrementAndGet();
  }

  void leave() {
    if (state.decrementAndGet() == DRAINING) {
      idle.countDown();
    }
  }

  /** What is under way for requests, their exchanges and their calls counted apart. */
  int count() {
    return state.get() & ~DRAINING;
  }

  boolean isDraining() {
    return state.get() < 0;
  }

  /** Lets no request in any more and waits for those that are. */
  void drain(Duration atMost) throws InterruptedException {
    int before = state.getAndUpdate(current -> current | DRAINING);
    if ((before & ~DRAINING) != 0) {
      boolean _ = idle.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
    }
  }
}
