package xyz.trollllm.billing.mongo;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what another thread is about to do. */
public final class Eventually {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private Eventually() {}

  public static void holds(BooleanSupplier condition) {
    Instant deadline = Instant.now().plus(LIMIT);
    while (!condition.getAsBoolean()) {
      if (Instant.now().isAfter(deadline)) {
        throw new AssertionError("still not so after " + LIMIT);
      }
      LockSupport.parkNanos(1_000_000);
    }
  }
}
