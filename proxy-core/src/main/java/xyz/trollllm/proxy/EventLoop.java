package xyz.trollllm.proxy;

import java.time.Duration;
import java.util.concurrent.Executor;

/**
 * The one thread that a call is confined to. Everything that happens to a call, from its start to
 * its settlement, happens on this thread, one thing after the other; nothing may block it.
 */
public interface EventLoop extends Executor {

  /** Whether the current thread is this loop's. */
  boolean isCurrent();

  /** Runs {@code task} on this loop after {@code delay}, unless cancelled before. */
  Timer schedule(Duration delay, Runnable task);

  /** The time that timers go by, in nanoseconds from an arbitrary origin. */
  default long nanoTime() {
    return System.nanoTime();
  }

  /** Runs {@code task} now if on this loop, else as soon as the loop gets to it. */
  default void run(Runnable task) {
    if (isCurrent()) {
      task.run();
    } else {
      execute(task);
    }
  }

  /** A task that waits for its time. */
  interface Timer {
    /** Cancels the task if it has not run; no effect otherwise. */
    void cancel();
  }
}
