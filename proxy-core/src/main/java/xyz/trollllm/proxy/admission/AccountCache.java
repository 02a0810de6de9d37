package xyz.trollllm.proxy.admission;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.proxy.admission.AccountDirectory.DirectoryUnavailableException;

/**
 * Remembers accounts for a short time, so that a known key is answered without asking the store.
 * Unknown keys are remembered too, for a shorter time; failures are not. While the store does not
 * answer, keys that were valid lately are taken as they were. Keys are held as digests.
 *
 * <p>Safe for use by many threads.
 */
final class AccountCache {
  private static final int MAX_KEYS = 100_000;
  private static final Duration KNOWN = Duration.ofSeconds(30);
  private static final Duration UNKNOWN = Duration.ofSeconds(5);

  /** How long a key is good for without the store. */
  private static final Duration LATELY = Duration.ofMinutes(10);

  private final AccountDirectory directory;
  private final AsyncCache<String, Answer> answers;
  private final Cache<String, Account> lately;

  /**
   * @param executor where the directory is asked, since it may block
   */
  AccountCache(AccountDirectory directory, Executor executor) {
    this(directory, executor, KNOWN);
  }

  /** As the other, with how long accounts are remembered. */
  AccountCache(AccountDirectory directory, Executor executor, Duration known) {
    this.directory = directory;
    this.answers =
        Caffeine.newBuilder()
            .maximumSize(MAX_KEYS)
            .expireAfter(
                Expiry.<String, Answer>writing((digest, answer) -> answer.remembered(known)))
            .executor(executor)
            .buildAsync();
    this.lately = Caffeine.newBuilder().maximumSize(MAX_KEYS).expireAfterWrite(LATELY).build();
  }

  /** What the directory said of a key; {@code failure} if it did not answer. */
  private record Answer(
      Optional<Account> account, @Nullable DirectoryUnavailableException failure) {

    Duration remembered(Duration known) {
      if (failure != null) {
        return Duration.ZERO;
      }
      return account.isPresent() ? known : UNKNOWN;
    }
  }

  /**
   * Calls back at once if the key is remembered, else through {@code caller} when the store
   * answered.
   */
  void find(ApiKey key, Executor caller, BiConsumer<Optional<Account>, @Nullable Throwable> found) {
    CompletableFuture<Answer> answer = answers.get(key.digest(), digest -> ask(key));
    if (answer.isDone() && !answer.isCompletedExceptionally()) {
      tell(answer.join(), found);
      return;
    }
    var _ =
        answer.whenComplete((said, bug) ->
            caller.execute(() -> {
              if (bug == null) {
                tell(said, found);
              } else {
                found.accept(Optional.empty(), bug);
              }
            }));
  }

  private static void tell(
      Answer answer, BiConsumer<Optional<Account>, @Nullable Throwable> found) {
    found.accept(answer.account(), answer.account().isPresent() ? null : answer.failure());
  }

  private Answer ask(ApiKey key) {
    String digest = key.digest();
    try {
      Optional<Account> account = directory.find(key);
      account.ifPresentOrElse(known -> lately.put(digest, known), () -> lately.invalidate(digest));
      return new Answer(account, null);
    } catch (DirectoryUnavailableException e) {
      return new Answer(Optional.ofNullable(lately.getIfPresent(digest)), e);
    }
  }
}
