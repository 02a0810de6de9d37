package xyz.trollllm.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;
import xyz.trollllm.billing.TokenCounts;
import xyz.trollllm.config.Api;
import xyz.trollllm.server.standin.Behaviour;
import xyz.trollllm.server.standin.Delivery;

/** A stream that breaks is never passed off as whole, and charged for what was delivered. */
final class BrokenStreamIT {
  private static final String LAST_CHUNK = "\r\n0\r\n\r\n";

  @RegisterExtension static final Stage STAGE = new Stage();

  /** Gives an upstream a second between two events. */
  private static RunningGateway impatient;

  private Store.User user;

  @BeforeAll
  static void startAnImpatientOne() {
    impatient =
        STAGE.start(
            ConfigCopy.ofUpstream(RunningGateway.CHAT, "idle_timeout_seconds", 1),
            RunningGateway.environment(STAGE.upstream()));
  }

  @BeforeEach
  void begin() {
    user = STAGE.begin();
  }

  @MessagesAndChat
  @DisplayName("B3: a stream cut between events ends in an error, and what came is charged")
  void cutBetweenEvents(Api api) throws Exception {
    BrokenStream stream = broken(api, Ask.stream(Ask.SONNET));
    STAGE.upstreamDoes(stream.behaviour());

    String raw = readToLastChunk(STAGE.chat(), stream);

    assertEndsInAnError(raw, api);
    assertPartlyCharged(STAGE.chat(), stream);
  }

  @MessagesAndChat
  @DisplayName("B3: a stream cut inside an event is cut, and what came is charged")
  void cutInsideAnEvent(Api api) throws Exception {
    BrokenStream stream = broken(api, Ask.withUsage(Ask.stream(Ask.SONNET))).insideTheNextEvent();
    STAGE.upstreamDoes(stream.behaviour());

    String raw = readToEnd(STAGE.chat(), stream);

    assertThat(raw).doesNotContain("upstream_broken").doesNotContain(LAST_CHUNK);
    assertNoInventedEnd(raw);
    assertPartlyCharged(STAGE.chat(), stream);
  }

  @Test
  @DisplayName("B3: a cut inside an event of which nothing was passed on is one between events")
  void cutInsideAnEventThatWasHeldBack() throws Exception {
    BrokenStream stream = broken(Api.OPENAI_CHAT, Ask.stream(Ask.SONNET)).insideTheNextEvent();
    STAGE.upstreamDoes(stream.behaviour());

    String raw = readToLastChunk(STAGE.chat(), stream);

    assertEndsInAnError(raw, Api.OPENAI_CHAT);
    assertPartlyCharged(STAGE.chat(), stream);
  }

  @Test
  @DisplayName("B3: a stream that falls silent ends in an error, and what came is charged")
  void silenceInAStream() throws Exception {
    BrokenStream stream = broken(Api.ANTHROPIC_MESSAGES, Ask.stream(Ask.SONNET));
    STAGE.upstreamDoes(new Behaviour.Answers(Delivery.IMMEDIATE.hangingBeforeEvent(10)));

    String raw = readToLastChunk(impatient, stream);

    assertEndsInAnError(raw, Api.ANTHROPIC_MESSAGES);
    assertPartlyCharged(impatient, stream);
  }

  @Test
  @DisplayName("B3: an error inside a stream is relayed, and what came before is charged")
  void errorEvent() throws Exception {
    BrokenStream stream = broken(Api.ANTHROPIC_MESSAGES, Ask.stream(Ask.SONNET));
    String body = stream.delivered() + errorEvent("overloaded_error");
    STAGE.upstreamDoes(sends(body));

    HttpResponse<String> answer = post(STAGE.chat(), stream.api(), stream.request());

    assertThat(answer.body()).isEqualTo(body);
    assertPartlyCharged(STAGE.chat(), stream);
  }

  @Test
  @DisplayName("B3: an error before any content costs nothing")
  void errorEventAtOnce() throws Exception {
    String whole =
        Http.direct(STAGE.upstream(), Api.ANTHROPIC_MESSAGES, Ask.stream(Ask.SONNET)).body();
    String start = whole.substring(0, whole.indexOf("\n\n") + 2);
    STAGE.upstreamDoes(sends(start + errorEvent("api_error")));

    HttpResponse<String> answer =
        post(STAGE.chat(), Api.ANTHROPIC_MESSAGES, Ask.stream(Ask.SONNET));

    assertThat(answer.body()).isEqualTo(start + errorEvent("api_error"));
    assertCost(STAGE.chat(), "void", BigDecimal.ZERO);
  }

  @Test
  @DisplayName("B3: final usage counts even if the end of the stream is missing")
  void missingEnd() throws Exception {
    String whole =
        Http.direct(STAGE.upstream(), Api.ANTHROPIC_MESSAGES, Ask.stream(Ask.SONNET)).body();
    String body = whole.substring(0, whole.indexOf("event: message_stop"));
    STAGE.upstreamDoes(sends(body));

    HttpResponse<String> answer =
        post(STAGE.chat(), Api.ANTHROPIC_MESSAGES, Ask.stream(Ask.SONNET));

    assertThat(answer.body()).isEqualTo(body);
    assertCost(STAGE.chat(), "upstream", price(new TokenCounts(5, 0, 0, 0, 20)));
  }

  @MessagesAndChat
  @DisplayName("R2, R3: an answer cut in its midst becomes an error, and costs nothing")
  void cutDocument(Api api) throws Exception {
    STAGE.upstreamDoes(new Behaviour.Answers(Delivery.IMMEDIATE.cutAtByte(100)));

    HttpResponse<String> answer = post(STAGE.chat(), api, Ask.answer(Ask.SONNET));

    assertThat(answer.statusCode()).isEqualTo(502);
    assertThat(answer.body()).contains("upstream_broken");
    assertCost(STAGE.chat(), "void", BigDecimal.ZERO);
  }

  private HttpResponse<String> post(RunningGateway gateway, Api api, String body)
      throws IOException, InterruptedException {
    return Http.post(gateway, api, user.key(), body);
  }

  private String readToEnd(RunningGateway gateway, BrokenStream stream) throws IOException {
    try (RawClient client = new RawClient(gateway)) {
      return client.send(RawClient.post(stream.api(), user.key(), stream.request())).readToEnd();
    }
  }

  private String readToLastChunk(RunningGateway gateway, BrokenStream stream) throws IOException {
    try (RawClient client = new RawClient(gateway)) {
      return client
          .send(RawClient.post(stream.api(), user.key(), stream.request()))
          .readUntil(LAST_CHUNK);
    }
  }

  private static BrokenStream broken(Api api, String request)
      throws IOException, InterruptedException {
    return BrokenStream.of(STAGE.upstream(), api, request);
  }

  private static Behaviour sends(String events) {
    return new Behaviour.Sends(
        200,
        Map.of("content-type", "text/event-stream"),
        events.getBytes(UTF_8),
        Delivery.IMMEDIATE);
  }

  private static String errorEvent(String type) {
    return """
    event: error
    data: {"type":"error","error":{"type":"%s","message":"not now"}}

    """
        .formatted(type);
  }

  private static void assertEndsInAnError(String raw, Api api) {
    assertThat(raw).contains("\"code\":\"upstream_broken\"").endsWith(LAST_CHUNK);
    assertThat(raw.contains("event: error")).isEqualTo(api == Api.ANTHROPIC_MESSAGES);
    assertNoInventedEnd(raw);
  }

  private static void assertNoInventedEnd(String raw) {
    assertThat(raw)
        .startsWith("HTTP/1.1 200")
        .doesNotContain("message_stop")
        .doesNotContain("[DONE]");
  }

  /** Input as reported, or estimated where nothing was; output by the characters that came. */
  private void assertPartlyCharged(RunningGateway gateway, BrokenStream stream) {
    boolean reported = stream.api() == Api.ANTHROPIC_MESSAGES;
    long input = reported ? 5 : Math.ceilDiv(stream.request().length(), 4);
    BigDecimal cost = price(new TokenCounts(input, 0, 0, 0, stream.estimatedOutput()));
    assertCost(gateway, reported ? "partial" : "estimated", cost);
  }

  private static BigDecimal price(TokenCounts used) {
    return Price.charge(Ask.SONNET, used, "1.06");
  }

  private void assertCost(RunningGateway gateway, String basis, BigDecimal cost) {
    JsonNode line = Trace.onlyLine(user, gateway);
    assertThat(line.path("basis").stringValue()).isEqualTo(basis);
    assertThat(new BigDecimal(line.path("cost_usd").stringValue())).isEqualByComparingTo(cost);
  }
}
