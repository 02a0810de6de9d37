package xyz.trollllm.server.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.trollllm.server.vectors.SocketClient;

/** Against a gateway that is made up, and wrong in one thing at a time. */
class SmokeRunTest {
  private static final String MODEL = "m-1";
  private static final String POST = "/v1/messages";
  private static final String REQUEST = "/v1/me/requests/r-1";

  /** 1,000 tokens of input at 3 and 200 of output at 15, times 1.06. */
  private static final String RIGHT = "0.00636";

  private final MockWebServer server = new MockWebServer();
  private final Map<String, String> documents = new ConcurrentHashMap<>();
  private int attempts = 1;
  private Duration patience = Duration.ofSeconds(10);
  private Duration settlement = Duration.ofSeconds(10);
  private final Map<String, Queue<UnaryOperator<MockResponse.Builder>>> troubles =
      new ConcurrentHashMap<>();
  private final AtomicInteger posts = new AtomicInteger();
  private volatile String spent = "1";
  private volatile String spentAfter = "1.00636";

  @BeforeEach
  void start() throws Exception {
    documents.put("/v1/models", "{\"data\":[{\"id\":\"m-1\"}]}");
    documents.put(
        "/pricing",
        """
        {"models":[{"id":"m-1","aliases":[],"type":"anthropic","credit_field":"credits",
         "multiplier":"1.06","prices":{"input":"3","output":"15","cache_write_5m":"3.75",
         "cache_write_1h":"6","cache_hit":"0.3"},"fees":{"web_search":"0.01","web_fetch":null}}]}\
        """);
    documents.put(
        POST,
        """
        event: message_start
        data: {"type":"message_start","message":{"usage":{"input_tokens":1000,"output_tokens":1}}}

        event: message_delta
        data: {"type":"message_delta","usage":{"output_tokens":200}}

        event: message_stop
        data: {"type":"message_stop"}

        """);
    documents.put(REQUEST, booked(RIGHT, "credits", "upstream", 200));
    server.setDispatcher(
        new Dispatcher() {
          @Override
          public MockResponse dispatch(RecordedRequest request) {
            return answer(request.getUrl().encodedPath());
          }
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private MockResponse answer(String path) {
    MockResponse.Builder answer = usual(path);
    Queue<UnaryOperator<MockResponse.Builder>> queue = troubles.get(path);
    UnaryOperator<MockResponse.Builder> trouble = queue == null ? null : queue.poll();
    MockResponse whole = (trouble == null ? answer : trouble.apply(answer)).build();
    if (path.equals(POST)) {
      posts.incrementAndGet();
      spent = whole.getStatus().contains(" 200 ") ? spentAfter : spent;
    }
    return whole;
  }

  private MockResponse.Builder usual(String path) {
    return path.equals("/v1/me")
        ? new MockResponse.Builder().body(account())
        : new MockResponse.Builder()
            .addHeader("request-id", "r-1")
            .body(documents.getOrDefault(path, "{}"));
  }

  /** The next answer at {@code path} that no other trouble is for. */
  private void trouble(String path, UnaryOperator<MockResponse.Builder> trouble) {
    troubles.computeIfAbsent(path, _ -> new ConcurrentLinkedQueue<>()).add(trouble);
  }

  private static UnaryOperator<MockResponse.Builder> refusal(int status) {
    return answer -> answer.code(status).body("{}");
  }

  private String account() {
    return "{\"credits\":[{\"credit_field\":\"credits\",\"balance\":\"-%s\",\"spent\":\"%s\"}]}"
        .formatted(spent, spent);
  }

  private static String booked(String cost, String field, String basis, int output) {
    return """
    {"status":"settled","upstream":"openhands","credit_field":"%s","basis":"%s","flags":[],
     "items":[{"tokens":{"input":1000,"output":%d,"cache_write_5m":0,"cache_write_1h":0,
     "cache_hit":0},"factor":"1"}],"fees":[],"multiplier":"1.06","cost":"%s"}\
    """
        .formatted(field, basis, output, cost);
  }

  private SmokeReport run() throws SmokeException {
    return run(new Expectation(null, null, null));
  }

  private SmokeReport run(Expectation expectation) throws SmokeException {
    return new SmokeRun(client(url()), expectation, attempts, settlement, Duration.ZERO)
        .run(List.of(), null);
  }

  private URI url() {
    return URI.create("http://127.0.0.1:" + server.getPort());
  }

  private GatewayClient client(URI url) {
    return new GatewayClient(url, new SocketClient(url, patience), "sk-1", patience);
  }

  private void assertFails(String why) throws SmokeException {
    SmokeReport report = run();
    assertThat(report.right()).isFalse();
    assertThat(report.text()).contains("FAILED: " + why).contains("0 of 1 models were served");
  }

  @Test
  void everythingRight() throws SmokeException {
    SmokeReport report = run();

    assertThat(report.text())
        .containsPattern(MODEL + " +openhands +credits +1000 \\+ 200 +0\\.00636 +0\\.00636 +ok\n");
    assertThat(report.right()).isTrue();
  }

  @Test
  void upstreamThatServesAtTheSecondAttempt() throws SmokeException {
    trouble(POST, refusal(529));
    assertFails("is answered 529");

    trouble(POST, refusal(529));
    attempts = 2;
    assertThat(run().right()).isTrue();
    assertThat(posts).hasValue(3);
  }

  @Test
  void answerThatDoesNotComeIsNotTriedAgainSinceItMayHaveCostMoney() throws SmokeException {
    attempts = 2;
    patience = Duration.ofSeconds(2);
    trouble(POST, answer -> answer.onResponseStart(SocketEffect.Stall.INSTANCE));

    assertUnknown("did not finish its answer within 2 s; what the request cost is unknown");
  }

  @Test
  void answerThatStopsHalfwayIsNotTriedAgainAndItsChargeIsTold() throws SmokeException {
    attempts = 2;
    patience = Duration.ofSeconds(2);
    trouble(POST, answer -> answer.onResponseBody(SocketEffect.Stall.INSTANCE));

    SmokeReport report = run();

    assertThat(posts).hasValue(1);
    assertThat(report.right()).isFalse();
    assertThat(report.text())
        .contains("did not finish its answer within 2 s; its stream has no end")
        .endsWith("that cost 0.00636 USD.\n");
  }

  @Test
  void refusalThatBreaksOffIsNotTriedAgain() throws SmokeException {
    attempts = 2;
    trouble(
        POST,
        answer ->
            answer
                .code(529)
                .body("{}")
                .setHeader("content-length", "99")
                .onResponseEnd(new SocketEffect.CloseSocket()));

    assertUnknown("is answered 529: .* broke off; what request r-1 cost is unknown");
  }

  @Test
  void answerThatIsNotSettledIsNotTriedAgain() throws SmokeException {
    attempts = 2;
    settlement = Duration.ofMillis(1);
    documents.put(REQUEST, "{\"status\":\"open\"}");

    assertUnknown("request r-1 was not settled within 0 s; what request r-1 cost is unknown");
  }

  @Test
  void settlementThatCannotBeSeenIsNotTriedAgain() throws SmokeException {
    attempts = 2;
    settlement = Duration.ofMillis(1);
    for (int look = 0; look < 100; look++) {
      trouble(REQUEST, refusal(503));
    }

    assertUnknown("request r-1 was not settled within 0 s: .* answers 503 at " + REQUEST);
  }

  private void assertUnknown(String why) throws SmokeException {
    SmokeReport report = run();

    assertThat(posts).hasValue(1);
    assertThat(report.right()).isFalse();
    assertThat(report.text())
        .containsPattern("FAILED: .*" + why)
        .endsWith("that cost 0 USD, and what 1 more cost is unknown.\n");
    assertThat(report.json()).contains("\"cost_unknown\":1");
  }

  @Test
  void looksAfterTheAnswerMayFailForAWhile() throws SmokeException {
    attempts = 2;
    trouble(REQUEST, refusal(429));
    trouble(REQUEST, answer -> answer.onResponseStart(new SocketEffect.CloseSocket()));
    trouble("/v1/me", UnaryOperator.identity());
    trouble("/v1/me", UnaryOperator.identity());
    trouble("/v1/me", refusal(503));

    SmokeReport report = run();

    assertThat(report.text()).endsWith("charged right; that cost 0.00636 USD.\n");
    assertThat(report.right()).isTrue();
    assertThat(posts).hasValue(1);
  }

  @Test
  void whatFailsBeforeTheRequestIsTriedAgain() throws SmokeException {
    attempts = 2;
    trouble("/v1/me", UnaryOperator.identity());
    trouble("/v1/me", refusal(503));

    assertThat(run().right()).isTrue();
  }

  @Test
  void connectionThatFailsHasSentNothing() {
    URI url = url();
    server.close();

    assertThat(client(url).post(POST, "{}"))
        .isInstanceOfSatisfying(
            Posted.NotSent.class, failed -> assertThat(failed.why()).contains("cannot be reached"));
  }

  @Test
  void chargeThatIsNotQuoted() throws SmokeException {
    spentAfter = "1.006360001";
    documents.put(REQUEST, booked("0.006360001", "credits", "upstream", 200));

    assertFails("0.006360001 USD was charged and 0.006360000 is quoted for its tokens");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.00637", "nothing"})
  void chargeThatTheAnswerSaysOtherwise(String said) throws SmokeException {
    trouble(POST, answer -> answer.addHeader("x-charge-usd", said));

    assertFails("the answer says a charge of " + said + " USD and the ledger 0.00636");
  }

  @Test
  void fieldThatIsNotQuoted() throws SmokeException {
    documents.put(REQUEST, booked(RIGHT, "creditsNew", "upstream", 200));

    assertFails("creditsNew paid and credits is quoted; creditsNew fell by 0 USD");
  }

  @Test
  void balanceThatMovedByAnotherAmount() throws SmokeException {
    spentAfter = "1.00637";

    assertFails("credits fell by 0.00637 USD, of which 0.00637 count as spent");
  }

  @Test
  void tokensThatTheAnswerDoesNotReport() throws SmokeException {
    spentAfter = "1.0063759";
    documents.put(REQUEST, booked("0.0063759", "credits", "upstream", 201));

    assertFails("the answer reports 1000 + 200 tokens and the ledger has 1000 + 201");
  }

  @Test
  void estimate() throws SmokeException {
    documents.put(REQUEST, booked(RIGHT, "credits", "estimated", 200));

    assertFails("the charge rests on numbers that are not the upstream's: estimated");
  }

  @Test
  void streamWithoutEnd() throws SmokeException {
    documents.computeIfPresent(
        POST, (_, stream) -> stream.substring(0, stream.indexOf("event: message_stop")));

    assertFails("its stream has no end");
  }

  @Test
  void errorWithinAStream() throws SmokeException {
    documents.computeIfPresent(
        POST,
        (_, stream) ->
            stream + "data: {\"type\":\"error\",\"error\":{\"message\":\"overloaded\"}}\n\n");

    assertFails("its stream ended with an error: overloaded");
  }

  @Test
  void otherUpstreamThanExpected() throws SmokeException {
    SmokeReport report = run(new Expectation("ohmygpt", "credits", null));

    assertThat(report.text()).contains("FAILED: upstream is openhands instead of ohmygpt");
  }
}
