package xyz.trollllm.server;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioExecutor;
import org.xnio.XnioIoThread;
import xyz.trollllm.proxy.EventLoop;

/**
 * An XNIO I/O thread as the event loop of the calls whose sockets it serves. Cheap to make, holds
 * no state; safe for use by many threads.
 */
public final class XnioEventLoop implements EventLoop {
  private final XnioIoThread thread;

  public XnioEventLoop(XnioIoThread thread) {
    this.thread = thread;
  }

  XnioIoThread thread() {
    return thread;
  }

  @Override
  public boolean isCurrent() {
    return Thread.currentThread().equals(thread);
  }

  @Override
  public void execute(Runnable task) {
    thread.execute(task);
  }

  /** The thread counts in milliseconds; rounding up keeps a task from running early. */
  @Override
  public Timer schedule(Duration delay, Runnable task) {
    Waiting timer = new Waiting(task);
    long millis = delay.plusNanos(999_999).toMillis();
    timer.key = thread.executeAfter(timer, Math.max(0, millis), TimeUnit.MILLISECONDS);
    return timer;
  }

  /** Removing the key is not enough: the task may be due already and waiting for its turn. */
  private static final class Waiting implements Timer, Runnable {
    private final Runnable task;
    private volatile boolean cancelled;
    private XnioExecutor.@Nullable Key key;

    Waiting(Runnable task) {
      this.task = task;
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
      if (key != null) {
        key.remove();
      }
    }
  }
}
