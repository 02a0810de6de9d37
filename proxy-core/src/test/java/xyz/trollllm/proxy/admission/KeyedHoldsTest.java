package xyz.trollllm.proxy.admission;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import xyz.trollllm.billing.IdempotencyClaim;
import xyz.trollllm.billing.IdempotencyKeys;
import xyz.trollllm.billing.IdempotentRequest;
import xyz.trollllm.billing.InMemoryCreditLedger;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.Api;
import xyz.trollllm.config.CreditField;
import xyz.trollllm.proxy.Background;
import xyz.trollllm.proxy.Headers;
import xyz.trollllm.proxy.ProxyRequest;
import xyz.trollllm.proxy.wire.RequestReader;
import xyz.trollllm.proxy.wire.RequestReading;

/** The order of key and hold, and what becomes of the key when nothing is held. */
final class KeyedHoldsTest {
  private static final byte[] BODY =
      "{\"model\":\"claude-sonnet-4-5\",\"max_tokens\":10,\"messages\":[]}".getBytes(UTF_8);

  private final InMemoryCreditLedger ledger = new InMemoryCreditLedger();
  private final List<String> happened = new ArrayList<>();
  private final List<Admission> decisions = new ArrayList<>();

  @Test
  void requestWithoutAKeyClaimsNone() {
    ledger.setBalance("alice", CreditField.CREDITS_NEW, Usd.of("1"));

    hold(keys(new IdempotencyClaim.Granted(soon())), Runnable::run, Headers.EMPTY);

    assertThat(happened).containsExactly("decided");
    assertThat(decisions.getFirst()).isInstanceOf(Admission.Admitted.class);
  }

  @Test
  void keyIsClaimedFirstAndKept() {
    ledger.setBalance("alice", CreditField.CREDITS_NEW, Usd.of("1"));

    hold(new IdempotencyClaim.Granted(soon()));

    assertThat(happened).containsExactly("claimed", "decided");
    assertThat(decisions.getFirst()).isInstanceOf(Admission.Admitted.class);
  }

  @Test
  void keyOfARefusedRequestIsGivenBackBeforeItsClientHears() {
    ledger.setBalance("alice", CreditField.CREDITS_NEW, Usd.ZERO);

    hold(new IdempotencyClaim.Granted(soon()));

    assertThat(happened).containsExactly("claimed", "released", "decided");
    assertThat(refusal()).isInstanceOf(Rejection.InsufficientCredit.class);
  }

  @Test
  void keyIsKeptIfSomethingMayBeHeld() {
    ledger.setBalance("alice", CreditField.CREDITS_NEW, Usd.of("1"));

    hold(new IdempotencyClaim.Granted(Instant.EPOCH));

    assertThat(happened).containsExactly("claimed", "decided");
    assertThat(refusal()).isInstanceOf(Rejection.StoreUnavailable.class);
  }

  @Test
  void nothingIsHeldWhileNobodyKnowsWhoHasTheKey() {
    ledger.setBalance("alice", CreditField.CREDITS_NEW, Usd.of("1"));

    hold(new IdempotencyClaim.Unavailable("the store does not answer"));

    assertThat(refusal()).isEqualTo(new Rejection.StoreUnavailable("the store does not answer"));
    assertThat(ledger.held("alice", CreditField.CREDITS_NEW)).isEqualTo(Usd.ZERO);
  }

  @Test
  void nothingIsClaimedWhenTheProxyCloses() {
    hold(
        keys(new IdempotencyClaim.Granted(soon())),
        _ -> {
          throw new RejectedExecutionException();
        },
        Headers.of("idempotency-key", "k"));

    assertThat(refusal()).isEqualTo(new Rejection.ShuttingDown());
    assertThat(happened).containsExactly("decided");
  }

  private static Instant soon() {
    return Clock.systemUTC().instant().plusSeconds(60);
  }

  private Rejection refusal() {
    assertThat(decisions).hasSize(1);
    return ((Admission.Refused) decisions.getFirst()).reason();
  }

  private IdempotencyKeys keys(IdempotencyClaim claim) {
    return new IdempotencyKeys() {
      @Override
      public IdempotencyClaim claim(IdempotentRequest request) {
        happened.add("claimed");
        return claim;
      }

      @Override
      public void release(IdempotentRequest request) {
        happened.add("released");
      }
    };
  }

  private void hold(IdempotencyClaim claim) {
    hold(keys(claim), Runnable::run, Headers.of("idempotency-key", "k"));
  }

  private void hold(IdempotencyKeys keys, Executor background, Headers headers) {
    ProxyRequest request =
        new ProxyRequest("POST", "/v1/messages", null, headers, ByteBuffer.wrap(BODY));
    RequestReading.Read read =
        (RequestReading.Read) RequestReader.read(Api.ANTHROPIC_MESSAGES, request.body());
    Route route =
        new ModelCatalog(LargeBodiesTest.CONFIG)
            .route(read.summary().model(), Api.ANTHROPIC_MESSAGES)
            .orElseThrow();
    new KeyedHolds(
            new CreditHolds(ledger, Duration.ofMinutes(10), Clock.systemUTC()),
            keys,
            new Background(background))
        .hold(
            new Candidate("r1", LargeBodiesTest.ALICE, read.summary(), BODY.length, route),
            request,
            Runnable::run,
            admission -> {
              happened.add("decided");
              decisions.add(admission);
            });
  }
}
