package xyz.trollllm.proxy;

import java.time.Duration;

/** A call's event loop on which every task is a guarded step of the call. */
record GuardedLoop(EventLoop loop, StepGuard guard) implements EventLoop {

  @Override
  public boolean isCurrent() {
    return loop.isCurrent();
  }

  @Override
  public Timer schedule(Duration delay, Runnable task) {
    return loop.schedule(delay, () -> guard.step(task));
  }

  @Override
  public long nanoTime() {
    return loop.nanoTime();
  }

  @Override
  public void execute(Runnable task) {
    loop.execute(() -> guard.step(task));
  }

  @Override
  public void run(Runnable task) {
    loop.run(() -> guard.step(task));
  }
}
