package xyz.trollllm.proxy;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Where work is done that would keep an I/O thread from its other calls. Safe for use by many
 * threads.
 */
public record Background(Executor executor) {

  /**
   * Does {@code work} on another thread and hands over its result, or throws what it threw, on the
   * caller's.
   *
   * @param caller the caller's thread
   * @throws RejectedExecutionException if no more work is taken; nothing is handed over then
   */
  public <T> void compute(Supplier<T> work, Executor caller, Consumer<T> done) {
    executor.execute(() -> {
      T result;
      try {
        result = work.get();
      } catch (RuntimeException | Error thrown) {
        caller.execute(() -> {
          throw thrown;
        });
        return;
      }
      caller.execute(() -> done.accept(result));
    });
  }
}
