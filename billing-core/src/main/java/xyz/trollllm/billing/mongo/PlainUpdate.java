package xyz.trollllm.billing.mongo;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.bson.Document;
import org.jspecify.annotations.Nullable;

/** An update that is tried once; whether it happened is all there is to know. */
final class PlainUpdate extends Operation<PlainUpdate.Result> {
  private final UserUpdate update;

  PlainUpdate(UserUpdate update, Consumer<Result> outcome) {
    super(update.userId(), outcome);
    this.update = update;
  }

  /** Whether it happened, unless the store failed: then that is not known. */
  record Result(boolean happened, @Nullable RuntimeException failure) {}

  /** The outcome of an update for a thread that waits for it. */
  static final class Waiting implements Consumer<Result> {
    private final CompletableFuture<Boolean> happened = new CompletableFuture<>();

    @Override
    public void accept(Result result) {
      if (result.failure() == null) {
        happened.complete(result.happened());
      } else {
        happened.completeExceptionally(result.failure());
      }
    }

    /** Blocks; throws what the store threw. */
    boolean hasHappened() {
      try {
        return happened.join();
      } catch (CompletionException e) {
        if (e.getCause() instanceof RuntimeException failure) {
          throw failure;
        }
        throw e;
      }
    }
  }

  @Override
  UserUpdate update() {
    return update;
  }

  @Override
  void matched() {
    answer(new Result(true, null));
  }

  @Override
  Document wantsToSee() {
    return new Document();
  }

  @Override
  boolean missed(@Nullable Document user) {
    answer(new Result(false, null));
    return false;
  }

  @Override
  boolean failed(RuntimeException failure, Duration pause) {
    return refused(failure);
  }

  @Override
  boolean refused(RuntimeException failure) {
    answer(new Result(false, failure));
    return false;
  }

  @Override
  void abandoned(String reason) {
    answer(new Result(false, new IllegalStateException(reason)));
  }
}
