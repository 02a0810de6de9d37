package xyz.trollllm.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import mockwebserver3.MockResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.trollllm.billing.Settlement;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.CreditField;
import xyz.trollllm.proxy.ProxyFixture.Answer;

/** Little credit, and upstreams that use more than a request allows. */
final class MoneyGuardTest {
  private static final String BODY =
      "{\"model\":\"all-priced\",\"service_tier\":\"default\",\"inference_geo\":\"global\","
          + "\"max_tokens\":10000,\"messages\":[]}";
  private static final String SHORT_STREAM =
      BODY.replace("\"max_tokens\":10000", "\"stream\":true,\"max_tokens\":10");
  private static final String CHAT_STREAM =
      "{\"model\":\"all-priced\",\"stream\":true,\"stream_options\":{\"include_usage\":true},"
          + "\"max_tokens\":10,\"messages\":[]}";
  private static final String START =
      "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"model\":\"all-priced\","
          + "\"usage\":{\"input_tokens\":25,\"output_tokens\":1}}}\n\n";

  /** A thousand characters. */
  private static final String TEXT =
      "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":"
          + "{\"type\":\"text_delta\",\"text\":\""
          + "0123456789".repeat(100)
          + "\"}}\n\n";

  private static final String CHUNK =
      "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\""
          + "0123456789".repeat(100)
          + "\"}}]}\n\n";

  private ProxyFixture fixture;

  @BeforeEach
  void start() throws Exception {
    fixture = ProxyFixture.withAllPriced();
  }

  @AfterEach
  void nothingStaysHeld() {
    assertThat(fixture.held()).isEqualTo(Usd.ZERO);
    fixture.close();
  }

  @Test
  void longestAnswerThatTheBalanceCoversIsAskedFor() throws Exception {
    balance("0.05");
    fixture.enqueueJson(200, answer(10, 10));

    Answer answer = fixture.postAsAlice("/v1/messages", BODY);

    long lowered = Long.parseLong(answer.headers.first("x-max-tokens-lowered").orElseThrow());
    assertThat(answer.status).isEqualTo(200);
    assertThat(lowered).isBetween(4_800L, 4_999L);
    assertThat(Objects.requireNonNull(fixture.upstream.takeRequest().getBody()).utf8())
        .isEqualTo(BODY.replace("10000", Long.toString(lowered)));
    assertThat(settlement().hold().amount()).isBetween(Usd.of("0.04999"), Usd.of("0.05"));
    assertThat(settlement().record().flags()).contains("max-tokens-lowered");
  }

  @ParameterizedTest
  @CsvSource({"0.0010, ''", "0.05, '\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":5000},'"})
  void requestThatCannotBeShortenedIsRefused(String balance, String member) throws Exception {
    balance(balance);

    Answer answer =
        fixture.postAsAlice("/v1/messages", BODY.replace("{\"model", "{" + member + "\"model"));

    assertThat(answer.status).isEqualTo(402);
    assertThat(answer.body()).contains("billing_error");
    assertThat(fixture.upstream.getRequestCount()).isZero();
  }

  @Test
  void otherModelsRefuseWhatTheBalanceDoesNotCover() throws Exception {
    balance("0.05");

    Answer answer =
        fixture.postAsAlice("/v1/messages", BODY.replace("all-priced", "claude-sonnet-4-5"));

    assertThat(answer.status).isEqualTo(402);
  }

  @Test
  void streamFarLongerThanAskedForIsHeldAndChargedInFull() throws Exception {
    String stream = START + TEXT.repeat(100) + end(25_000);
    enqueue(stream);

    Answer answer = fixture.postAsAlice("/v1/messages", SHORT_STREAM);

    assertThat(answer.body()).isEqualTo(stream);
    assertThat(settlement().charge()).isEqualTo(Usd.of("0.250025"));
    assertThat(settlement().record().flags()).contains("hold-raised");
    assertThat(settlement().hold().amount()).isGreaterThan(Usd.of("0.1"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.002", "0.01", "0.05", "0.1"})
  void streamEndsWithAnErrorWhereTheBalanceEnds(String balance) throws Exception {
    balance(balance);
    String stream = START + TEXT.repeat(100);
    enqueue(stream + end(25_000));

    Answer answer = fixture.postAsAlice("/v1/messages", SHORT_STREAM);

    String body = answer.body();
    int error = body.indexOf("event: error\n");
    assertThat(error).isPositive();
    assertThat(stream).startsWith(body.substring(0, error));
    assertThat(body.substring(0, error)).endsWith("\n\n");
    assertThat(body.substring(error))
        .contains("billing_error", "insufficient_credit")
        .endsWith("\n\n");
    assertThat(answer.complete).isTrue();
    assertThat(settlement().outcome()).isEqualTo(Settlement.Outcome.ERROR);
    assertThat(settlement().charge()).isLessThanOrEqualTo(Usd.of(balance));
    assertThat(fixture.ledger.balance(ProxyFixture.USER, CreditField.CREDITS_NEW))
        .isGreaterThanOrEqualTo(Usd.ZERO);
    assertThat(undercharged(error)).isLessThanOrEqualTo(bound(balance));
  }

  /** What the relayed part would have cost by the usual estimate, less what was charged. */
  private Usd undercharged(int relayedBytes) {
    long tokens = relayedBytes / TEXT.length() * 250L;
    return Usd.ofNanos(tokens * 10_000).minus(settlement().charge());
  }

  /** As much again as there was, for the doubt, and what comes between two looks and in a read. */
  private static Usd bound(String balance) {
    long between = 2L * (SpendWatch.LOOK_EVERY_BYTES + 65_536) / 4;
    return Usd.of(balance).plus(Usd.ofNanos(between * 10_000));
  }

  @Test
  void chatStreamEndsWithAnErrorWhereTheBalanceEnds() throws Exception {
    balance("0.02");
    enqueue(CHUNK.repeat(100) + "data: [DONE]\n\n");

    Answer answer = fixture.postAsAlice("/v1/chat/completions", CHAT_STREAM);

    String body = answer.body();
    int error = body.indexOf("data: {\"type\":\"error\"");
    assertThat(error).isPositive();
    assertThat(CHUNK.repeat(100)).startsWith(body.substring(0, error));
    assertThat(body.substring(error)).contains("\"error\":{", "insufficient_credit");
    assertThat(settlement().charge()).isLessThanOrEqualTo(Usd.of("0.02"));
  }

  @Test
  void usageFarAboveTheHoldIsChargedInFullAsTheUpstreamReportsIt() throws Exception {
    balance("0.02");
    fixture.enqueueJson(200, answer(25, 9_000));

    fixture.postAsAlice("/v1/messages", BODY.replace("10000", "10"));

    assertThat(settlement().charge()).isEqualTo(Usd.of("0.090025"));
    assertThat(settlement().record().flags()).contains("above-hold");
    assertThat(fixture.ledger.balance(ProxyFixture.USER, CreditField.CREDITS_NEW))
        .isEqualTo(Usd.of("-0.070025"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void usageThatTheModelCannotHaveIsChargedUpToItsLimits(boolean stream) throws Exception {
    if (stream) {
      enqueue(START + TEXT + end(1_000_000_000));
    } else {
      fixture.enqueueJson(200, answer(25, 1_000_000_000));
    }

    fixture.postAsAlice("/v1/messages", stream ? SHORT_STREAM : BODY.replace("10000", "10"));

    assertThat(settlement().charge()).isEqualTo(Usd.of("0.11"));
    assertThat(settlement().record().flags()).contains("above-hold", "capped-at-ceiling");
  }

  private void balance(String usd) {
    fixture.ledger.setBalance(ProxyFixture.USER, CreditField.CREDITS_NEW, Usd.of(usd));
  }

  private void enqueue(String stream) {
    fixture.upstream.enqueue(
        new MockResponse.Builder()
            .setHeader("content-type", "text/event-stream")
            .chunkedBody(stream, 1_777)
            .build());
  }

  private static String answer(long input, long output) {
    return "{\"type\":\"message\",\"content\":[{\"type\":\"text\",\"text\":\"Hi\"}],\"usage\":"
        + "{\"input_tokens\":"
        + input
        + ",\"output_tokens\":"
        + output
        + "}}";
  }

  private static String end(long output) {
    return "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{},\"usage\":"
        + "{\"output_tokens\":"
        + output
        + "}}\n\nevent: message_stop\n"
        + "data: {\"type\":\"message_stop\"}\n\n";
  }

  private Settlement settlement() {
    assertThat(fixture.ledger.records()).hasSize(1);
    return fixture.ledger.records().getFirst();
  }
}
