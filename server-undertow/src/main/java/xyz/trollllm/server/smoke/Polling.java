package xyz.trollllm.server.smoke;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Looks again and again until there is something to see, or time is up. A look that fails proves
 * nothing: limits, restarts and lost connections pass. Used by one thread.
 */
final class Polling {
  /** Doubled each time, since free requests have a limit a minute as well. */
  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);

  private final long deadline;
  private String failure = "";

  /** Time runs from here, for all that is looked for. */
  Polling(Duration patience) {
    deadline = System.nanoTime() + patience.toNanos();
  }

  /** One look; empty if there is nothing to see yet. */
  @FunctionalInterface
  interface Look<T> {
    Optional<T> once() throws SmokeException;
  }

  /** What is seen; empty when time is up. Looks at least once. */
  <T> Optional<T> until(Look<T> look) {
    for (Duration pause = FIRST_PAUSE; ; pause = pause.multipliedBy(2)) {
      try {
        Optional<T> seen = look.once();
        failure = "";
        if (seen.isPresent()) {
          return seen;
        }
      } catch (SmokeException e) {
        failure = ": " + e.sentence();
      }
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        return Optional.empty();
      }
      LockSupport.parkNanos(Math.min(left, pause.toNanos()));
    }
  }

  /** Why the last look failed, after a colon; empty if it did not. */
  String failure() {
    return failure;
  }
}
