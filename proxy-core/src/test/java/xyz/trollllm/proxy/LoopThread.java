package xyz.trollllm.proxy;

import java.util.concurrent.CompletableFuture;

/** A {@link SerialEventLoop} on a thread of its own. */
public final class LoopThread implements AutoCloseable {
  private final SerialEventLoop loop = new SerialEventLoop();
  private final CompletableFuture<Boolean> ended = new CompletableFuture<>();

  public LoopThread(String name) {
    Thread.ofPlatform().name(name).start(this::run);
  }

  private void run() {
    try {
      loop.runUntilClosed();
      ended.complete(true);
    } catch (InterruptedException | RuntimeException e) {
      ended.completeExceptionally(e);
    }
  }

  public EventLoop loop() {
    return loop;
  }

  @Override
  public void close() {
    loop.close();
    ended.join();
  }
}
