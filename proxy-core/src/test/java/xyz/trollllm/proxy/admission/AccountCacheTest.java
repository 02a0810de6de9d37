package xyz.trollllm.proxy.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import xyz.trollllm.billing.AccountStatement;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.CreditField;
import xyz.trollllm.proxy.Headers;
import xyz.trollllm.proxy.admission.AccountDirectory.DirectoryUnavailableException;

final class AccountCacheTest {
  private static final ApiKey KEY =
      PresentedKeys.of(Headers.of("x-api-key", "sk-some-key")).getFirst();
  private static final Account ACCOUNT = new Account("ann", true);

  private Optional<Account> directory = Optional.empty();
  private boolean directoryAnswers = true;

  private final AccountCache cache = cache();

  /** Forgets at once what it may ask for again. */
  private AccountCache cache() {
    return new AccountCache(this::find, Runnable::run, Duration.ZERO);
  }

  private Optional<Account> find(ApiKey key) {
    if (!directoryAnswers) {
      throw new DirectoryUnavailableException();
    }
    return directory;
  }

  private record Found(Optional<Account> account, @Nullable Throwable failure) {}

  private Found find() {
    AtomicReference<Found> found = new AtomicReference<>(new Found(Optional.empty(), null));
    cache.find(KEY, Runnable::run, (account, failure) -> found.set(new Found(account, failure)));
    return found.get();
  }

  @Test
  void keyThatWasValidLatelyIsGoodWithoutTheDirectory() {
    directory = Optional.of(ACCOUNT);
    find();
    directoryAnswers = false;

    assertThat(find()).isEqualTo(new Found(Optional.of(ACCOUNT), null));
  }

  @Test
  void unknownKeyIsNeitherValidNorInvalidWithoutTheDirectory() {
    directoryAnswers = false;

    assertThat(find().failure()).isNotNull();
  }

  @Test
  void revokedKeyIsNotRememberedAsItWas() {
    directory = Optional.of(ACCOUNT);
    find();
    directory = Optional.empty();
    find();
    directoryAnswers = false;

    assertThat(find().account()).isEmpty();
  }

  @Test
  void creditThatHasExpiredIsNotAvailable() {
    Instant expiry = Instant.parse("2026-11-23T05:00:00Z");
    Account account =
        new Account(
            "ann",
            true,
            new AccountStatement(
                Map.of(
                    CreditField.CREDITS,
                    new AccountStatement.Balance(Usd.of("2"), Usd.of("0.5"), Usd.ZERO, expiry)),
                0,
                0));

    assertThat(account.lastSeen(CreditField.CREDITS, expiry.minusSeconds(1)))
        .isEqualTo(Usd.of("1.5"));
    assertThat(account.lastSeen(CreditField.CREDITS, expiry)).isNull();
    assertThat(account.lastSeen(CreditField.CREDITS_NEW, expiry)).isEqualTo(Usd.ZERO);
    assertThat(ACCOUNT.lastSeen(CreditField.CREDITS, expiry)).isNull();
  }
}
