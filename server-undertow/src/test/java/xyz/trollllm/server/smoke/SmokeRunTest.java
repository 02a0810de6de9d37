package xyz.trollllm.server.smoke;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import xyz.trollllm.server.vectors.SocketClient;

/** Against a gateway that is made up, and wrong in one thing at a time. */
class SmokeRunTest {
  private static final String MODEL = "m-1";

  /** 1,000 tokens of input at 3 and 200 of output at 15, times 1.06. */
  private static final String RIGHT = "0.00636";

  private final MockWebServer server = new MockWebServer();
  private final Map<String, String> documents = new ConcurrentHashMap<>();
  private int attempts = 1;
  private final AtomicInteger refusals = new AtomicInteger();
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
        "/v1/messages",
        """
        event: message_start
        data: {"type":"message_start","message":{"usage":{"input_tokens":1000,"output_tokens":1}}}

        event: message_delta
        data: {"type":"message_delta","usage":{"output_tokens":200}}

        event: message_stop
        data: {"type":"message_stop"}

        """);
    documents.put("/v1/me/requests/r-1", booked(RIGHT, "credits", "upstream", 200));
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
    if (path.equals("/v1/me")) {
      return new MockResponse.Builder().body(account()).build();
    }
    if (path.equals("/v1/messages") && refusals.getAndDecrement() > 0) {
      return new MockResponse.Builder().code(529).body("{}").build();
    }
    if (path.equals("/v1/messages")) {
      spent = spentAfter;
    }
    return new MockResponse.Builder()
        .addHeader("request-id", "r-1")
        .body(documents.getOrDefault(path, "{}"))
        .build();
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
    URI url = URI.create("http://127.0.0.1:" + server.getPort());
    Duration patience = Duration.ofSeconds(10);
    GatewayClient client =
        new GatewayClient(url, new SocketClient(url, patience), "sk-1", patience);
    return new SmokeRun(client, expectation, attempts).run(List.of(), null);
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
    refusals.set(1);
    assertFails("is answered 529");

    refusals.set(1);
    attempts = 2;
    assertThat(run().right()).isTrue();
  }

  @Test
  void chargeThatIsNotQuoted() throws SmokeException {
    spentAfter = "1.006360001";
    documents.put("/v1/me/requests/r-1", booked("0.006360001", "credits", "upstream", 200));

    assertFails("0.006360001 USD was charged and 0.006360000 is quoted for its tokens");
  }

  @Test
  void fieldThatIsNotQuoted() throws SmokeException {
    documents.put("/v1/me/requests/r-1", booked(RIGHT, "creditsNew", "upstream", 200));

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
    documents.put("/v1/me/requests/r-1", booked("0.0063759", "credits", "upstream", 201));

    assertFails("the answer reports 1000 + 200 tokens and the ledger has 1000 + 201");
  }

  @Test
  void estimate() throws SmokeException {
    documents.put("/v1/me/requests/r-1", booked(RIGHT, "credits", "estimated", 200));

    assertFails("the charge rests on numbers that are not the upstream's: estimated");
  }

  @Test
  void streamWithoutEnd() throws SmokeException {
    documents.computeIfPresent(
        "/v1/messages", (_, stream) -> stream.substring(0, stream.indexOf("event: message_stop")));

    assertFails("its stream has no end");
  }

  @Test
  void errorWithinAStream() throws SmokeException {
    documents.computeIfPresent(
        "/v1/messages",
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
