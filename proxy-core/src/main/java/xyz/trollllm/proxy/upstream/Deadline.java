package xyz.trollllm.proxy.upstream;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.proxy.EventLoop;

/**
 * A time limit that is moved far more often than it passes, such as the one between two reads:
 * moving it costs no timer. Confined to its event loop.
 */
public final class Deadline {
  private final EventLoop loop;
  private final Runnable passed;
  private boolean set;
  private long dueNanos;
  private long timerNanos;
  private EventLoop.@Nullable Timer timer;

  /** Calls {@code passed} on the loop each time a limit that was set has passed. */
  public Deadline(EventLoop loop, Runnable passed) {
    this.loop = loop;
    this.passed = passed;
  }

  /** Replaces the limit: from now on there is this much time. */
  public void set(Duration time) {
    set = true;
    dueNanos = loop.nanoTime() + time.toNanos();
    if (timer == null) {
      start(time);
    } else if (timerNanos - dueNanos > 0) {
      timer.cancel();
      start(time);
    }
  }

  /** Takes the limit away. A timer may stay behind, to be used by the next limit. */
  public void clear() {
    set = false;
  }

  /** Takes the limit away for good, with its timer. */
  public void stop() {
    set = false;
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  private void start(Duration time) {
    timerNanos = dueNanos;
    timer = loop.schedule(time, this::check);
  }

  private void check() {
    timer = null;
    if (!set) {
      return;
    }
    long leftNanos = dueNanos - loop.nanoTime();
    if (leftNanos > 0) {
      start(Duration.ofNanos(leftNanos));
    } else {
      set = false;
      passed.run();
    }
  }
}
