package xyz.trollllm.billing;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A callback that fails its test when it is called twice, or never. */
public final class OneAnswer<T> implements Consumer<T> {
  private final CompletableFuture<T> answer = new CompletableFuture<>();

  @Override
  public void accept(T value) {
    if (!answer.complete(value)) {
      throw new AssertionError("called back twice, the second time with " + value);
    }
  }

  /** Waits for the answer. */
  public T get() {
    return answer.orTimeout(60, TimeUnit.SECONDS).join();
  }
}
