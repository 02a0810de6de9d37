package xyz.trollllm.proxy.admission;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import xyz.trollllm.billing.InMemoryCreditLedger;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.Api;
import xyz.trollllm.config.ConfigLoader;
import xyz.trollllm.config.CreditField;
import xyz.trollllm.config.GatewayConfig;
import xyz.trollllm.proxy.Background;
import xyz.trollllm.proxy.Headers;
import xyz.trollllm.proxy.ProxyRequest;

/**
 * Bodies above a megabyte are read in the background, on every way there is to the reader. A body
 * changes its bytes in between: what is decided shows when it was read.
 */
final class LargeBodiesTest {
  private static final int LARGE = 1 << 20;
  private static final String BODY =
      "{\"model\":\"claude-sonnet-4-5\",\"max_tokens\":10,\"messages\":[]}";
  private static final GatewayConfig CONFIG =
      ConfigLoader.load(
          "test.json",
          """
          {
            "instance": "test", "port": 8004, "max_body_bytes": 4000000,
            "endpoints": [{"name": "up-anthropic", "base_url": "http://127.0.0.1:1/v1/messages"}],
            "models": [
              {"id": "claude-sonnet-4-5", "upstream": "up",
               "billing_upstream": "openhands", "billing_multiplier": 1.06,
               "input_price_per_mtok": 3, "output_price_per_mtok": 15,
               "cache_write_price_per_mtok": 3.75, "cache_write_1h_price_per_mtok": 6,
               "cache_hit_price_per_mtok": 0.30, "max_input_tokens": 200000,
               "max_output_tokens": 64000}
            ]
          }
          """,
          Map.of());
  private static final Identity ALICE =
      new Identity(new ApiKey("sk-alice"), new Account("alice", true));

  private final Queue<Runnable> background = new ArrayDeque<>();
  private final Queue<Runnable> loop = new ArrayDeque<>();
  private final List<Admission> admissions = new ArrayList<>();
  private final List<Addressing> addressings = new ArrayList<>();
  private final ByteBuffer body = body(LARGE + 1);

  @Test
  void ofRememberedCallers() {
    Gatekeeper gatekeeper = gatekeeper(background::add);
    admit(gatekeeper, body(LARGE));
    background.remove().run();
    loop.remove().run();
    assertThat(admissions.removeFirst()).isInstanceOf(Admission.Admitted.class);

    admit(gatekeeper, body);

    assertThatItIsReadInTheBackground();
    assertThat(admissions).hasSize(1).first().isInstanceOf(Admission.Admitted.class);
  }

  @Test
  void ofCallersWhoHaveToBeLookedUp() {
    admit(gatekeeper(background::add), body);
    background.remove().run();
    assertThat(loop).hasSize(1);
    loop.remove().run();

    assertThatItIsReadInTheBackground();
    assertThat(admissions).hasSize(1).first().isInstanceOf(Admission.Admitted.class);
  }

  @Test
  void whoseTokensAreCounted() {
    count(gatekeeper(background::add));

    assertThatItIsReadInTheBackground();
    assertThat(addressings).hasSize(1).first().isInstanceOf(Addressing.Routed.class);
  }

  private void assertThatItIsReadInTheBackground() {
    assertThat(admissions).isEmpty();
    assertThat(addressings).isEmpty();
    assertThat(loop).isEmpty();
    body.put(0, (byte) '{');
    runBackground();
    body.put(0, (byte) '!');
    loop.remove().run();
  }

  /** The cache of accounts has work there, too. */
  private void runBackground() {
    for (Runnable task = background.poll(); task != null; task = background.poll()) {
      task.run();
    }
  }

  @Test
  void bugsAreThrownOnTheThreadOfTheCaller() {
    Error bug = new AssertionError("a bug");
    List<Object> results = new ArrayList<>();
    new Background(background::add)
        .compute(
            () -> {
              throw bug;
            },
            loop::add,
            results::add);

    background.remove().run();

    assertThatThrownBy(() -> loop.remove().run()).isSameAs(bug);
    assertThat(results).isEmpty();
  }

  @Test
  void thatNobodyReadsAnyMoreAreRefused() {
    count(
        gatekeeper(_ -> {
          throw new RejectedExecutionException();
        }));

    assertThat(addressings)
        .containsExactly(
            new Addressing.Refused(
                new Admission.Refused(new Rejection.ShuttingDown(), ALICE, null)));
  }

  private static Gatekeeper gatekeeper(Executor background) {
    InMemoryCreditLedger ledger = new InMemoryCreditLedger();
    ledger.setBalance("alice", CreditField.CREDITS_NEW, Usd.of("1000"));
    return new Gatekeeper(
        CONFIG,
        _ -> Optional.of(ALICE.account()),
        ledger,
        new Background(background),
        Duration.ofMinutes(10));
  }

  private void admit(Gatekeeper gatekeeper, ByteBuffer bytes) {
    String requestId = "r" + bytes.remaining();
    gatekeeper.admit(requestId, Api.ANTHROPIC_MESSAGES, request(bytes), loop::add, admissions::add);
  }

  private void count(Gatekeeper gatekeeper) {
    gatekeeper.addressTokenCount(request(body), ALICE, loop::add, addressings::add);
  }

  private static ProxyRequest request(ByteBuffer body) {
    return new ProxyRequest(
        "POST", "/v1/messages", null, Headers.of("x-api-key", "sk-alice"), body);
  }

  /** So many bytes, none of which can be read before the first one is mended. */
  private static ByteBuffer body(int length) {
    byte[] bytes = (BODY + " ".repeat(length - BODY.length())).getBytes(UTF_8);
    if (length > LARGE) {
      bytes[0] = '!';
    }
    return ByteBuffer.wrap(bytes);
  }
}
