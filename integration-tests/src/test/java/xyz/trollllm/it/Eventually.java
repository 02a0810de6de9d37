package xyz.trollllm.it;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waiting for what another thread or process is about to do. */
final class Eventually {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final long LOOK_NANOS = 5_000_000;

  private Eventually() {}

  static void eventually(BooleanSupplier condition, Supplier<String> otherwise) {
    eventually(PATIENCE, condition, otherwise);
  }

  /** For what takes several programs to come about. */
  static void eventually(Duration patience, BooleanSupplier condition, Supplier<String> otherwise) {
    Instant deadline = Instant.now().plus(patience);
    while (!condition.getAsBoolean()) {
      if (Instant.now().isAfter(deadline)) {
        throw new AssertionError(otherwise.get());
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  /** Repeats an assertion until it holds, and lets it fail when it never does. */
  static void eventuallyPasses(Runnable assertion) {
    Instant deadline = Instant.now().plus(PATIENCE);
    while (true) {
      try {
        assertion.run();
        return;
      } catch (AssertionError e) {
        if (Instant.now().isAfter(deadline)) {
          throw e;
        }
        LockSupport.parkNanos(LOOK_NANOS);
      }
    }
  }
}
