package xyz.trollllm.proxy.admission;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Remembers accounts for a short time, so that a known key is answered without asking the store.
 * Unknown keys are remembered too, for a shorter time; failures are not. Keys are held as digests.
 *
 * <p>Safe for use by many threads.
 */
final class AccountCache {
  private static final int MAX_KEYS = 100_000;
  private static final Duration KNOWN = Duration.ofSeconds(30);
  private static final Duration UNKNOWN = Duration.ofSeconds(5);

  private final AccountDirectory directory;
  private final AsyncCache<String, Optional<Account>> accounts;

  /**
   * @param executor where the directory is asked, since it may block
   */
  AccountCache(AccountDirectory directory, Executor executor) {
    this.directory = directory;
    this.accounts =
        Caffeine.newBuilder()
            .maximumSize(MAX_KEYS)
            .expireAfter(
                Expiry.<String, Optional<Account>>writing(
                    (digest, account) -> account.isPresent() ? KNOWN : UNKNOWN))
            .executor(executor)
            .buildAsync();
  }

  /**
   * Calls back at once if the key is remembered, else through {@code caller} when the store
   * answered.
   */
  void find(ApiKey key, Executor caller, BiConsumer<Optional<Account>, @Nullable Throwable> found) {
    CompletableFuture<Optional<Account>> account =
        accounts.get(key.digest(), digest -> directory.find(key));
    if (account.isDone() && !account.isCompletedExceptionally()) {
      found.accept(account.join(), null);
      return;
    }
    var _ =
        account.whenComplete((value, failure) ->
            caller.execute(() -> found.accept(value == null ? Optional.empty() : value, failure)));
  }
}
