package xyz.trollllm.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.proxy.ProxyFixture.KEY;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import xyz.trollllm.billing.Basis;
import xyz.trollllm.billing.Settlement;
import xyz.trollllm.billing.Settlement.Outcome;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.CreditField;
import xyz.trollllm.proxy.ProxyFixture.Answer;

final class MeteredProxyTest {
  private static final String MESSAGE =
      "{\"model\":\"claude-sonnet-4-5\",\"max_tokens\":10,\"messages\":[]}";
  private static final String MESSAGE_STREAM = MESSAGE.replace("{\"m", "{\"stream\":true,\"m");
  private static final String CHAT_STREAM =
      "{\"model\":\"claude-sonnet-4-5\",\"stream\":true,\"messages\":[]}";
  private static final String ANSWER =
      "{\"type\":\"message\",\"content\":[{\"type\":\"text\",\"text\":\"Hi\"}],"
          + "\"usage\":{\"input_tokens\":25,\"output_tokens\":15}}";
  private static final String START =
      """
      event: message_start
      data: {"type":"message_start","message":{"model":"sonnet-upstream","usage":{"input_tokens":25,"output_tokens":1}}}

      """;
  private static final String TEXT =
      """
      event: content_block_delta
      data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"0123456789"}}

      """;
  private static final String END =
      """
      event: message_delta
      data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":15}}

      event: message_stop
      data: {"type":"message_stop"}

      """;

  private ProxyFixture fixture;

  @BeforeEach
  void start() throws IOException {
    fixture = new ProxyFixture();
  }

  @AfterEach
  void nothingStaysHeld() {
    assertThat(fixture.held()).isEqualTo(Usd.ZERO);
    fixture.close();
  }

  @Test
  void jsonAnswerIsRelayedAndChargedExactly() throws Exception {
    fixture.enqueueJson(200, ANSWER);

    Answer answer = fixture.postAsAlice("/v1/messages", MESSAGE);

    assertThat(answer.status).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(ANSWER);
    assertThat(fixture.spent(CreditField.CREDITS_NEW)).isEqualTo(Usd.of("0.000318"));
    assertThat(fixture.spent(CreditField.CREDITS)).isEqualTo(Usd.ZERO);
  }

  @Test
  void streamIsRelayedAndChargedExactly() throws Exception {
    fixture.enqueueEvents(START + TEXT + END);

    Answer answer = fixture.postAsAlice("/v1/messages", MESSAGE_STREAM);

    assertThat(answer.body()).isEqualTo(START + TEXT + END);
    assertThat(fixture.spent(CreditField.CREDITS_NEW)).isEqualTo(Usd.of("0.000318"));
    assertThat(settlement().record().servedModel()).isEqualTo("sonnet-upstream");
  }

  @Test
  void logAndLedgerCarryOneNumber() throws Exception {
    fixture.enqueueJson(200, ANSWER);

    fixture.postAsAlice("/v1/messages", MESSAGE);

    RequestLogEntry entry = fixture.log.getFirst();
    assertThat(entry.ledger()).isEqualTo("taken");
    assertThat(entry.settlement()).isEqualTo(settlement());
    assertThat(settlement().record().upstream()).isEqualTo("up");
    assertThat(settlement().hold().creditField()).isEqualTo(CreditField.CREDITS_NEW);
  }

  @Test
  void upstreamGetsItsOwnModelIdAndTheOperatorsKeyOnly() throws Exception {
    fixture.enqueueJson(200, ANSWER);

    fixture.post(
        "/v1/messages?beta=true",
        MESSAGE.replace("claude-sonnet-4-5", "claude-sonnet-4-5-20250929"),
        "x-api-key",
        KEY,
        "anthropic-version",
        "2023-06-01",
        "anthropic-beta",
        "one",
        "anthropic-beta",
        "two",
        "cookie",
        "secret",
        "x-forwarded-for",
        "10.0.0.1",
        "x-litellm-tags",
        "mine");

    RecordedRequest request = fixture.upstream.takeRequest();
    assertThat(request.getTarget()).isEqualTo("/v1/messages?beta=true");
    assertThat(body(request)).isEqualTo(MESSAGE.replace("claude-sonnet-4-5", "sonnet-upstream"));
    assertThat(request.getHeaders().get("authorization")).isEqualTo("Bearer operator-key");
    assertThat(request.getHeaders().values("anthropic-beta")).containsExactly("one", "two");
    assertThat(request.getHeaders().names())
        .doesNotContain("x-api-key", "cookie", "x-forwarded-for", "x-litellm-tags");
  }

  @Test
  void upstreamSecretsStayWithTheOperator() throws Exception {
    fixture.upstream.enqueue(
        new MockResponse.Builder()
            .setHeader("content-type", "application/json")
            .setHeader("x-litellm-key-spend", "812.4")
            .setHeader("anthropic-organization-id", "org")
            .setHeader("set-cookie", "a=b")
            .body(ANSWER)
            .build());

    Answer answer = fixture.postAsAlice("/v1/messages", MESSAGE);

    answer.headers.forEach((name, _) ->
        assertThat(name).isIn("content-type", "request-id", "x-request-id", "x-charge-usd"));
  }

  @Test
  void usageThatOnlyTheGatewayAskedForIsNotRelayed() throws Exception {
    String chunk = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"}}]}\n\n";
    String usage =
        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":25,\"completion_tokens\":15}}\n\n";
    fixture.enqueueEvents(chunk + usage + "data: [DONE]\n\n");

    Answer answer = fixture.postAsAlice("/v1/chat/completions", CHAT_STREAM);

    assertThat(answer.body()).isEqualTo(chunk + "data: [DONE]\n\n");
    assertThat(body(fixture.upstream.takeRequest()))
        .contains("\"stream_options\":{\"include_usage\":true}");
    assertThat(fixture.spent(CreditField.CREDITS_NEW)).isEqualTo(Usd.of("0.000318"));
  }

  @ParameterizedTest(name = "upstream {0} becomes {1}")
  @CsvSource({
    "400, 400, prompt is too long",
    "404, 404, prompt is too long",
    "429, 429, prompt is too long",
    "529, 529, prompt is too long",
    "401, 502, operator has to act",
    "402, 502, operator has to act",
    "403, 502, operator has to act",
    "302, 502, HTTP 302",
  })
  void upstreamErrorReachesTheClientInItsOwnEnvelope(int upstream, int status, String message)
      throws Exception {
    fixture.enqueueJson(upstream, "{\"error\":{\"message\":\"prompt is too long\"}}");

    Answer answer = fixture.postAsAlice("/v1/messages", MESSAGE_STREAM);

    assertThat(answer.status).isEqualTo(status);
    assertThat(answer.headers.first("content-type")).hasValue("application/json");
    assertThat(answer.body()).contains("\"type\":\"error\"", message);
    assertThat(settlement().charge()).isEqualTo(Usd.ZERO);
    assertThat(settlement().record().basis()).isEqualTo(Basis.VOID);
  }

  @ParameterizedTest(name = "retry-after {0} becomes {1}")
  @CsvSource({"7, 7", "6.2, 7", "0, 0", "'Wed, 21 Oct 2026 07:28:00 GMT', ", "soon, ", "-1, "})
  void secondsToWaitAreWhole(String upstream, String relayed) throws Exception {
    fixture.upstream.enqueue(
        new MockResponse.Builder()
            .code(529)
            .setHeader("retry-after", upstream)
            .setHeader("retry-after-ms", "6200")
            .body("{}")
            .build());

    Answer answer = fixture.postAsAlice("/v1/messages", MESSAGE);

    assertThat(answer.headers.first("retry-after")).isEqualTo(Optional.ofNullable(relayed));
    assertThat(answer.headers.first("retry-after-ms")).hasValue("6200");
    assertThat(answer.headers.first("request-id")).isPresent();
  }

  @Test
  void htmlErrorPageBecomesAnErrorOfOurs() throws Exception {
    fixture.upstream.enqueue(
        new MockResponse.Builder()
            .code(500)
            .setHeader("content-type", "text/html")
            .body("<html><h1>nginx</h1></html>")
            .build());

    Answer answer = fixture.postAsAlice("/v1/messages", MESSAGE);

    assertThat(answer.status).isEqualTo(502);
    assertThat(answer.body()).contains("\"type\":\"api_error\"").doesNotContain("nginx");
  }

  @Test
  void anotherKeyIsTriedOnceWhenOneIsRefused() throws Exception {
    try (ProxyFixture twoKeys = new ProxyFixture(0, List.of("first", "second"))) {
      twoKeys.enqueueJson(401, "{}");
      twoKeys.enqueueJson(200, ANSWER);

      Answer answer = twoKeys.postAsAlice("/v1/messages", MESSAGE);

      assertThat(answer.status).isEqualTo(200);
      assertThat(twoKeys.upstream.takeRequest().getHeaders().get("authorization"))
          .isNotEqualTo(twoKeys.upstream.takeRequest().getHeaders().get("authorization"));
      assertThat(twoKeys.spent(CreditField.CREDITS_NEW)).isEqualTo(Usd.of("0.000318"));
    }
  }

  @Test
  void unreachableUpstreamIs503AndFree() throws Exception {
    fixture.upstream.close();

    Answer answer = fixture.postAsAlice("/v1/messages", MESSAGE);

    assertThat(answer.status).isEqualTo(503);
    assertThat(answer.headers.first("retry-after")).hasValue("2");
    assertThat(answer.headers.first("retry-after-ms")).hasValue("2000");
    assertThat(settlement().outcome()).isEqualTo(Outcome.ERROR);
  }

  @Test
  void silentUpstreamIs504AndFree() throws Exception {
    fixture.upstream.enqueue(
        new MockResponse.Builder().onResponseStart(SocketEffect.Stall.INSTANCE).build());

    Answer answer = fixture.postAsAlice("/v1/messages", MESSAGE);

    assertThat(answer.status).isEqualTo(504);
    assertThat(answer.body()).contains("timeout_error");
    assertThat(settlement().charge()).isEqualTo(Usd.ZERO);
  }

  @Test
  void streamCutBetweenEventsEndsWithAnErrorEventAndChargesWhatWasDelivered() throws Exception {
    fixture.upstream.enqueue(
        new MockResponse.Builder()
            .setHeader("content-type", "text/event-stream")
            .setHeader("content-length", "10000")
            .body(START + TEXT)
            .setHeader("content-length", "10000")
            .onResponseEnd(new SocketEffect.CloseSocket())
            .build());

    Answer answer = fixture.postAsAlice("/v1/messages", MESSAGE_STREAM);

    assertThat(answer.body()).startsWith(START + TEXT + "event: error\ndata: {");
    assertThat(answer.body()).doesNotContain("message_stop");
    assertThat(settlement().record().basis()).isEqualTo(Basis.PARTIAL);
    // 25 tokens in at 3, 10 characters = 3 tokens out at 15, times 1.06
    assertThat(settlement().charge()).isEqualTo(Usd.of("0.0001272"));
  }

  @Test
  void streamCutInsideAnEventIsCutForTheClientToo() throws Exception {
    fixture.upstream.enqueue(
        new MockResponse.Builder()
            .setHeader("content-type", "text/event-stream")
            .body(START + TEXT + "event: message_del")
            .setHeader("content-length", "10000")
            .onResponseEnd(new SocketEffect.CloseSocket())
            .build());

    Answer answer = fixture.postAsAlice("/v1/messages", MESSAGE_STREAM);

    assertThat(answer.aborted).isTrue();
    assertThat(answer.complete).isFalse();
    assertThat(settlement().outcome()).isEqualTo(Outcome.ERROR);
  }

  @Test
  void departedClientIsChargedForWhatHadCome() throws Exception {
    fixture.enqueueEvents(START + TEXT.repeat(1000) + END);
    Answer leaves =
        new Answer() {
          @Override
          void received(byte[] source, int from, int length) throws IOException {
            super.received(source, from, length);
            if (body().contains("0123456789")) {
              throw new IOException("the client is gone");
            }
          }
        };

    fixture.send(
        "POST",
        "/v1/messages",
        MESSAGE_STREAM.getBytes(StandardCharsets.UTF_8),
        leaves,
        "x-api-key",
        KEY);

    assertThat(settlement().outcome()).isEqualTo(Outcome.CANCELLED);
    assertThat(settlement().record().flags()).contains("client-gone");
    assertThat(settlement().charge()).isGreaterThan(Usd.ZERO).isLessThan(Usd.of("0.05"));
  }

  @Test
  void departureBeforeContentIsChargedForTheInputThatWasReported() throws Exception {
    fixture.enqueueEvents(START + START.repeat(1000));
    Answer leaves =
        new Answer() {
          @Override
          void received(byte[] source, int from, int length) throws IOException {
            super.received(source, from, length);
            if (body().contains(START)) {
              throw new IOException("the client is gone");
            }
          }
        };

    fixture.send(
        "POST",
        "/v1/messages",
        MESSAGE_STREAM.getBytes(StandardCharsets.UTF_8),
        leaves,
        "x-api-key",
        KEY);

    assertThat(settlement().record().usage().counts().input()).isEqualTo(25);
    assertThat(settlement().record().basis()).isEqualTo(Basis.PARTIAL);
  }

  @Test
  void onlyTheBetaMarkerOfAQueryIsForwarded() throws Exception {
    fixture.enqueueJson(200, ANSWER);

    fixture.postAsAlice("/v1/messages?model=dear&beta=true&x=|", MESSAGE);

    assertThat(fixture.upstream.takeRequest().getTarget()).isEqualTo("/v1/messages?beta=true");
  }

  @Test
  void errorInsideAStreamIsNoSuccess() throws Exception {
    String error =
        "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\"}}\n\n";
    fixture.enqueueEvents(START + TEXT + error);

    Answer answer = fixture.postAsAlice("/v1/messages", MESSAGE_STREAM);

    assertThat(answer.body()).isEqualTo(START + TEXT + error);
    assertThat(settlement().outcome()).isEqualTo(Outcome.ERROR);
    assertThat(settlement().charge()).isEqualTo(Usd.of("0.0001272"));
  }

  @Test
  void operatorsExhaustedBudgetIsNotTheUsersBusiness() throws Exception {
    fixture.enqueueJson(
        400,
        "{\"error\":{\"message\":\"Budget has been exceeded! Current cost: 812.4\","
            + "\"type\":\"budget_exceeded\"}}");

    Answer answer = fixture.postAsAlice("/v1/messages", MESSAGE);

    assertThat(answer.status).isEqualTo(502);
    assertThat(answer.body()).doesNotContain("812.4");
  }

  @Test
  void answerThatIsNotWhatItsCodingSaysIsNotRelayed() throws Exception {
    fixture.upstream.enqueue(
        new MockResponse.Builder()
            .setHeader("content-type", "application/json")
            .setHeader("content-encoding", "gzip")
            .body("not readable")
            .build());

    Answer answer = fixture.postAsAlice("/v1/messages", MESSAGE);

    assertThat(answer.status).isEqualTo(502);
    assertThat(settlement().charge()).isEqualTo(Usd.ZERO);
  }

  @Test
  void usersAreLimitedPerMinute() throws Exception {
    try (ProxyFixture limited = new ProxyFixture(1, List.of("operator-key"))) {
      limited.enqueueJson(200, ANSWER);

      Answer first = limited.postAsAlice("/v1/messages", MESSAGE);
      Answer second = limited.postAsAlice("/v1/messages", MESSAGE);

      assertThat(first.status).isEqualTo(200);
      assertThat(second.status).isEqualTo(429);
      assertThat(Long.parseLong(second.headers.first("retry-after").orElseThrow()))
          .isBetween(1L, 60L);
    }
  }

  private static String body(RecordedRequest request) {
    return Objects.requireNonNull(request.getBody()).utf8();
  }

  private Settlement settlement() {
    assertThat(fixture.ledger.records()).hasSize(1);
    return fixture.ledger.records().getFirst();
  }
}
