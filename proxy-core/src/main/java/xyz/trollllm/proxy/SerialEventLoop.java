package xyz.trollllm.proxy;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * An event loop on a borrowed thread, for servers that give every request a thread of its own: the
 * request's thread calls {@link #runUntilClosed} and is the loop until somebody calls {@link
 * #close}. Tasks and timers may be handed in from any thread, also before the loop runs.
 */
public final class SerialEventLoop implements EventLoop, AutoCloseable {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private final Queue<Waiting> timers =
      new PriorityQueue<>((one, other) -> Long.signum(one.dueNanos - other.dueNanos));
  private @Nullable Thread runner;
  private boolean closed;

  /**
   * Runs tasks on the current thread until the loop is closed. What a task throws is thrown from
   * here and ends the loop.
   */
  public void runUntilClosed() throws InterruptedException {
    become(Thread.currentThread());
    try {
      for (Runnable task = next(); task != null; task = next()) {
        task.run();
      }
    } finally {
      close();
      become(null);
    }
  }

  private void become(@Nullable Thread thread) {
    lock.lock();
    try {
      if (thread != null && runner != null) {
        throw new IllegalStateException("already run by " + runner.getName());
      }
      runner = thread;
    } finally {
      lock.unlock();
    }
  }

  /** Waits for the next task; null when the loop is closed and none is left. */
  private @Nullable Runnable next() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (true) {
        Waiting first = timers.peek();
        if (first != null && first.remainingNanos() <= 0) {
          tasks.add(timers.remove());
          continue;
        }
        if (!tasks.isEmpty() || closed) {
          return tasks.poll();
        }
        if (first == null) {
          changed.await();
        } else {
          long _ = changed.awaitNanos(first.remainingNanos());
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Tasks handed in before are still run; later ones and timers are dropped: the call is over. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      timers.clear();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void execute(Runnable task) {
    lock.lock();
    try {
      if (!closed) {
        tasks.add(task);
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean isCurrent() {
    lock.lock();
    try {
      return Thread.currentThread().equals(runner);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Timer schedule(Duration delay, Runnable task) {
    Waiting timer = new Waiting(System.nanoTime() + delay.toNanos(), task);
    lock.lock();
    try {
      if (!closed) {
        timers.add(timer);
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
    return timer;
  }

  private final class Waiting implements Timer, Runnable {
    private final long dueNanos;
    private final Runnable task;
    private volatile boolean cancelled;

    Waiting(long dueNanos, Runnable task) {
      this.dueNanos = dueNanos;
      this.task = task;
    }

    long remainingNanos() {
      return dueNanos - System.nanoTime();
    }

    @Override
    public void run() {
      if (!cancelled) {
        task.run();
      }
    }

    @Override
    public void cancel() {
      cancelled = true;
      lock.lock();
      try {
        timers.remove(this);
      } finally {
        lock.unlock();
      }
    }
  }
}
