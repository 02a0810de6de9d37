package xyz.trollllm.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static xyz.trollllm.it.Eventually.eventually;

import java.io.IOException;
import java.math.BigDecimal;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import xyz.trollllm.billing.TokenCounts;
import xyz.trollllm.config.Api;
import xyz.trollllm.server.standin.Behaviour;
import xyz.trollllm.server.standin.Delivery;
import xyz.trollllm.server.standin.Script;
import xyz.trollllm.server.standin.Served;

/** An upstream's trouble is told truly, and charged for what was delivered and no more. */
final class UpstreamTroubleIT {
  private static final String LAST_CHUNK = "\r\n0\r\n\r\n";

  @RegisterExtension static final Stage STAGE = new Stage();

  /** Gives an upstream a second to begin an answer, and a second between two events. */
  private static RunningGateway impatient;

  private Store.User user;

  @BeforeAll
  static void startAnImpatientOne() {
    String config =
        ConfigCopy.of(
            RunningGateway.CHAT,
            json ->
                json.put("instance", "impatient")
                    .putArray("upstreams")
                    .addObject()
                    .put("name", "openhands")
                    .put("response_timeout_seconds", 1)
                    .put("idle_timeout_seconds", 1));
    impatient = STAGE.start(config, RunningGateway.environment(STAGE.upstream()));
  }

  @BeforeEach
  void begin() {
    user = STAGE.store().newUser(10, 10);
    upstreamDoes(Behaviour.answers());
  }

  private static void upstreamDoes(Behaviour behaviour) {
    STAGE.upstream().follow(Script.always(behaviour));
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("R2, R3: silence before an answer ends in a timeout that costs nothing")
  void silentUpstream(Api api) throws Exception {
    upstreamDoes(new Behaviour.Hangs());

    HttpResponse<String> answer = post(impatient, api, Ask.answer(Ask.SONNET));

    assertError(answer, 504, "timeout_error", "upstream_timeout");
    assertCost(impatient, answer, "void", BigDecimal.ZERO);
    eventually(
        () -> lastServed().state() == Served.State.ABANDONED, () -> "still waited for upstream");
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("R2, R3: a connection that closes without an answer costs nothing")
  void upstreamHangsUp(Api api) throws Exception {
    upstreamDoes(new Behaviour.HangsUp());

    HttpResponse<String> answer = post(STAGE.chat2(), api, Ask.stream(Ask.SONNET));

    assertError(
        answer, 502, api == Api.OPENAI_CHAT ? "server_error" : "api_error", "upstream_broken");
    assertCost(STAGE.chat2(), answer, "void", BigDecimal.ZERO);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("R2, R3: a web server's error page becomes an error that SDKs understand")
  void upstreamAnswersHtml(Api api) throws Exception {
    upstreamDoes(Behaviour.sendsHtml(502));

    HttpResponse<String> answer = post(STAGE.chat2(), api, Ask.stream(Ask.SONNET));

    assertError(
        answer, 502, api == Api.OPENAI_CHAT ? "server_error" : "api_error", "upstream_error");
    assertThat(answer.body()).doesNotContain("html");
    assertCost(STAGE.chat2(), answer, "void", BigDecimal.ZERO);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("B3: a page that is no answer costs nothing, whatever its status says")
  void upstreamAnswersHtmlAsSuccess(Api api) throws Exception {
    upstreamDoes(Behaviour.sendsHtml(200));

    HttpResponse<String> answer = post(STAGE.chat2(), api, Ask.answer(Ask.SONNET));

    assertCost(STAGE.chat2(), answer, "void", BigDecimal.ZERO);
  }

  @ParameterizedTest
  @CsvSource({
    "400, 400, invalid_request_error, upstream_error",
    "401, 502, api_error, upstream_refused",
    "402, 502, api_error, upstream_refused",
    "403, 502, api_error, upstream_refused",
    "429, 429, rate_limit_error, upstream_error",
    "500, 500, api_error, upstream_error",
    "529, 529, overloaded_error, upstream_error"
  })
  @DisplayName(
      "R2, R3: what an upstream refuses is passed on, but for what is the operator's affair")
  void upstreamRefuses(int upstream, int status, String type, String code) throws Exception {
    upstreamDoes(new Behaviour.Fails(upstream, Map.of("retry-after", "7")));

    HttpResponse<String> answer =
        post(STAGE.chat2(), Api.ANTHROPIC_MESSAGES, Ask.stream(Ask.SONNET));

    assertError(answer, status, type, code);
    boolean passedOn = status == upstream;
    assertThat(answer.headers().firstValue("retry-after").isPresent()).isEqualTo(passedOn);
    assertThat(answer.body().contains("as the script wants")).isEqualTo(passedOn);
    assertCost(STAGE.chat2(), answer, "void", BigDecimal.ZERO);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("B3: a stream cut between events ends in an error, and what came is charged")
  void cutBetweenEvents(Api api) throws Exception {
    BrokenStream stream = broken(api, Ask.stream(Ask.SONNET));
    upstreamDoes(stream.behaviour());

    String raw = readToLastChunk(STAGE.chat(), stream);

    assertEndsInAnError(raw, api);
    assertPartlyCharged(STAGE.chat(), stream);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("B3: a stream cut inside an event is cut, and what came is charged")
  void cutInsideAnEvent(Api api) throws Exception {
    BrokenStream stream = broken(api, Ask.withUsage(Ask.stream(Ask.SONNET))).insideTheNextEvent();
    upstreamDoes(stream.behaviour());

    String raw = readToEnd(STAGE.chat(), stream);

    assertThat(raw).doesNotContain("upstream_broken").doesNotContain(LAST_CHUNK);
    assertNoInventedEnd(raw);
    assertPartlyCharged(STAGE.chat(), stream);
  }

  @Test
  @DisplayName("B3: a cut inside an event of which nothing was passed on is one between events")
  void cutInsideAnEventThatWasHeldBack() throws Exception {
    BrokenStream stream = broken(Api.OPENAI_CHAT, Ask.stream(Ask.SONNET)).insideTheNextEvent();
    upstreamDoes(stream.behaviour());

    String raw = readToLastChunk(STAGE.chat(), stream);

    assertEndsInAnError(raw, Api.OPENAI_CHAT);
    assertPartlyCharged(STAGE.chat(), stream);
  }

  @Test
  @DisplayName("B3: a stream that falls silent ends in an error, and what came is charged")
  void silenceInAStream() throws Exception {
    BrokenStream stream = broken(Api.ANTHROPIC_MESSAGES, Ask.stream(Ask.SONNET));
    upstreamDoes(new Behaviour.Answers(Delivery.IMMEDIATE.hangingBeforeEvent(10)));

    String raw = readToLastChunk(impatient, stream);

    assertEndsInAnError(raw, Api.ANTHROPIC_MESSAGES);
    assertPartlyCharged(impatient, stream);
  }

  @Test
  @DisplayName("B3: an error inside a stream is relayed, and what came before is charged")
  void errorEvent() throws Exception {
    BrokenStream stream = broken(Api.ANTHROPIC_MESSAGES, Ask.stream(Ask.SONNET));
    String body = stream.delivered() + errorEvent("overloaded_error");
    upstreamDoes(sends(body));

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
    upstreamDoes(sends(start + errorEvent("api_error")));

    HttpResponse<String> answer =
        post(STAGE.chat(), Api.ANTHROPIC_MESSAGES, Ask.stream(Ask.SONNET));

    assertThat(answer.body()).isEqualTo(start + errorEvent("api_error"));
    assertCost(STAGE.chat(), answer, "void", BigDecimal.ZERO);
  }

  @Test
  @DisplayName("B3: final usage counts even if the end of the stream is missing")
  void missingEnd() throws Exception {
    String whole =
        Http.direct(STAGE.upstream(), Api.ANTHROPIC_MESSAGES, Ask.stream(Ask.SONNET)).body();
    String body = whole.substring(0, whole.indexOf("event: message_stop"));
    upstreamDoes(sends(body));

    HttpResponse<String> answer =
        post(STAGE.chat(), Api.ANTHROPIC_MESSAGES, Ask.stream(Ask.SONNET));

    assertThat(answer.body()).isEqualTo(body);
    assertCost(STAGE.chat(), answer, "upstream", price(new TokenCounts(5, 0, 0, 0, 20)));
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("R2, R3: an answer cut in its midst does not look like a whole one")
  void cutDocument(Api api) {
    upstreamDoes(new Behaviour.Answers(Delivery.IMMEDIATE.cutAtByte(100)));

    assertThatThrownBy(() -> post(STAGE.chat(), api, Ask.answer(Ask.SONNET)))
        .isInstanceOf(IOException.class);
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

  private static Served lastServed() {
    return STAGE.upstream().served().getLast();
  }

  private static void assertError(
      HttpResponse<String> answer, int status, String type, String code) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    JsonNode error = Http.json(answer);
    assertThat(error.path("type").stringValue()).isEqualTo("error");
    assertThat(error.at("/error/type").stringValue()).isEqualTo(type);
    assertThat(error.at("/error/code").stringValue()).isEqualTo(code);
    assertThat(error.at("/error/message").stringValue()).isNotBlank();
    assertThat(error.path("request_id").stringValue()).isEqualTo(Http.requestId(answer));
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
    assertCost(gateway, requestOf(gateway), reported ? "partial" : "estimated", cost);
  }

  private static BigDecimal price(TokenCounts used) {
    return Price.charge(Ask.SONNET, used, "1.06");
  }

  private String requestOf(RunningGateway gateway) {
    eventually(() -> lines(gateway) == 1, () -> "not one line of this user: " + gateway.output());
    return gateway.requestLog().stream()
        .filter(this::isOurs)
        .findFirst()
        .orElseThrow()
        .path("request_id")
        .stringValue();
  }

  private long lines(RunningGateway gateway) {
    return gateway.requestLog().stream().filter(this::isOurs).count();
  }

  private boolean isOurs(JsonNode line) {
    return line.path("user").asString("").equals(user.name());
  }

  private static void assertCost(
      RunningGateway gateway, HttpResponse<String> answer, String basis, BigDecimal cost) {
    assertCost(gateway, Http.requestId(answer), basis, cost);
  }

  private static void assertCost(
      RunningGateway gateway, String requestId, String basis, BigDecimal cost) {
    JsonNode line = Trace.line(gateway, requestId, "not logged: ");
    assertThat(line.path("basis").stringValue()).isEqualTo(basis);
    assertThat(new BigDecimal(line.path("cost_usd").stringValue())).isEqualByComparingTo(cost);
  }
}
