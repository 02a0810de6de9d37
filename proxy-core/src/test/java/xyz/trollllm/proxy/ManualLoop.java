package xyz.trollllm.proxy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * An event loop whose turns and time a test moves on. Tasks may come from any thread; everything
 * else belongs to the thread of the test.
 */
public final class ManualLoop implements EventLoop {
  private static final int PATIENCE_SECONDS = 20;

  private final Thread thread = Thread.currentThread();
  private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
  private final List<Waiting> timers = new ArrayList<>();
  private long now;

  @Override
  public boolean isCurrent() {
    return Thread.currentThread().equals(thread);
  }

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
  }

  @Override
  public long nanoTime() {
    return now;
  }

  @Override
  public Timer schedule(Duration delay, Runnable task) {
    Waiting timer = new Waiting(now + delay.toNanos(), task);
    timers.add(timer);
    return () -> timers.remove(timer);
  }

  private record Waiting(long due, Runnable task) {}

  int timers() {
    return timers.size();
  }

  /** Runs what was handed in so far, and what that hands in. */
  void runTasks() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }

  /** Runs one task, and not what it hands in; false if there is none. */
  boolean runOne() {
    Runnable task = tasks.poll();
    if (task != null) {
      task.run();
    }
    return task != null;
  }

  /** Runs tasks, waiting for those that other threads hand in. */
  void runUntil(BooleanSupplier reached) throws InterruptedException {
    while (!reached.getAsBoolean()) {
      Runnable task = tasks.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (task == null) {
        throw new AssertionError("nothing happens any more");
      }
      task.run();
    }
  }

  /** Lets time pass: timers run when they are due, one after the other. */
  void advance(Duration time) {
    long end = now + time.toNanos();
    while (true) {
      Waiting next =
          timers.stream()
              .filter(timer -> timer.due <= end)
              .min(Comparator.comparingLong(Waiting::due))
              .orElse(null);
      if (next == null) {
        now = end;
        runTasks();
        return;
      }
      timers.remove(next);
      now = Math.max(now, next.due);
      next.task.run();
      runTasks();
    }
  }
}
