package xyz.trollllm.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.proxy.ProxyFixture.KEY;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.CreditField;
import xyz.trollllm.proxy.ProxyFixture.Answer;

/** A request whose client marks it with a key is carried out once, at every API that is charged. */
final class IdempotencyTest {
  private static final String MESSAGES = "/v1/messages";
  private static final String BODY = CallRig.MESSAGE;
  private static final String USAGE =
      "\"usage\":{\"input_tokens\":25,\"output_tokens\":15,\"prompt_tokens\":25,"
          + "\"completion_tokens\":15,\"total_tokens\":40}";

  private ProxyFixture fixture;

  @BeforeEach
  void start() throws Exception {
    fixture = new ProxyFixture();
  }

  @AfterEach
  void nothingStaysHeld() {
    assertThat(fixture.held()).isEqualTo(Usd.ZERO);
    fixture.close();
  }

  static Stream<Arguments> charged() {
    String chat = "{\"model\":\"claude-sonnet-4-5\",\"max_tokens\":10,\"messages\":[]}";
    String responses =
        "{\"model\":\"claude-sonnet-4-5\",\"max_output_tokens\":10,\"input\":\"Hi\"}";
    return Stream.of(
        Arguments.of(MESSAGES, BODY, "{\"type\":\"message\"," + USAGE + "}"),
        Arguments.of(MESSAGES, streamed(BODY), Answers.MESSAGES),
        Arguments.of("/v1/chat/completions", chat, "{\"choices\":[]," + USAGE + "}"),
        Arguments.of("/v1/chat/completions", streamed(chat), Answers.CHAT),
        Arguments.of("/v1/responses", responses, "{\"status\":\"completed\"," + USAGE + "}"),
        Arguments.of("/v1/responses", streamed(responses), Answers.RESPONSES),
        Arguments.of(
            "/v1/embeddings",
            "{\"model\":\"text-embedding-3-small\",\"input\":\"Hi\"}",
            "{\"data\":[],\"usage\":{\"prompt_tokens\":25,\"total_tokens\":25}}"));
  }

  private static String streamed(String body) {
    return "{\"stream\":true," + body.substring(1);
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("charged")
  void repeatedRequestIsToldWhereTheChargeOfTheFirstIs(String path, String body, String upstream)
      throws Exception {
    if (body.startsWith("{\"stream\"")) {
      fixture.enqueueEvents(upstream);
    } else {
      fixture.enqueueJson(200, upstream);
    }
    Answer first = post(path, body, "k-1");
    String id = first.headers.first("request-id").orElseThrow();

    Answer again = post(path, body, "k-1");

    assertThat(first.status).isEqualTo(200);
    assertRefused(again, 409, "idempotency_key_used", id);
    assertThat(again.headers.first("x-should-retry")).hasValue("false");
    assertThat(again.body()).contains("GET /v1/me/requests/" + id);
    Answer charge = fixture.send("GET", "/v1/me/requests/" + id, new byte[0], "x-api-key", KEY);
    assertThat(JsonTree.of(charge.body()).text("status")).isEqualTo("settled");
    assertThat(fixture.upstream.getRequestCount()).isEqualTo(1);
    assertThat(fixture.ledger.records()).hasSize(1);
    assertThat(fixture.ledger.records().getFirst().charge()).isGreaterThan(Usd.ZERO);
  }

  @Test
  void requestWithAnotherBodyOrPathIsRefused() throws Exception {
    Answer first = served("k-1");

    Answer otherBody = post(MESSAGES, BODY.replace("1000", "999"), "k-1");
    Answer otherPath = post("/v1/chat/completions", BODY, "k-1");

    String id = first.headers.first("request-id").orElseThrow();
    assertRefused(otherBody, 422, "idempotency_key_reused", id);
    assertRefused(otherPath, 422, "idempotency_key_reused", id);
    assertThat(fixture.upstream.getRequestCount()).isEqualTo(1);
  }

  @Test
  void requestUnderWayIsInFlight() throws Exception {
    try (CallRig rig = new CallRig()) {
      RecordingClient first = rig.send(MESSAGES, BODY, "idempotency-key", "k-1");
      RecordingClient again = rig.send(MESSAGES, BODY, "idempotency-key", "k-1");
      RecordingClient other = rig.send(MESSAGES, BODY + ' ', "idempotency-key", "k-1");
      rig.upstream.last().head(200, "content-type", "application/json").bytes(Answers.JSON).end();

      assertThat(first.status).isEqualTo(200);
      assertThat(again.status).isEqualTo(409);
      assertThat(again.body()).contains("idempotency_key_in_flight");
      assertThat(again.headers.first("retry-after")).hasValue("2");
      assertThat(again.headers.first("original-request"))
          .isEqualTo(first.headers.first("request-id"));
      assertThat(other.status).isEqualTo(422);
      assertThat(rig.upstream.sent).hasSize(1);
      assertThat(rig.ledger.records()).hasSize(1);
    }
  }

  @Test
  void clientThatLeftBeforeAnyAnswerMayAskAgain() throws Exception {
    try (CallRig rig = new CallRig()) {
      rig.send(MESSAGES, BODY, "idempotency-key", "k-1").leaves();

      RecordingClient again = rig.send(MESSAGES, BODY, "idempotency-key", "k-1");
      rig.upstream.last().head(200, "content-type", "application/json").bytes(Answers.JSON).end();

      assertThat(again.status).isEqualTo(200);
      assertThat(rig.upstream.sent).hasSize(2);
      assertThat(rig.ledger.records().getLast().charge()).isGreaterThan(Usd.ZERO);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 429, 500, 529})
  void failureOfTheUpstreamLeavesTheKeyFree(int status) throws Exception {
    fixture.enqueueJson(status, "{\"error\":{\"message\":\"no\"}}");
    assertThat(post(MESSAGES, BODY, "k-1").status).isEqualTo(status);

    assertThat(served("k-1").status).isEqualTo(200);
    assertThat(post(MESSAGES, BODY, "k-1").status).isEqualTo(409);
    assertThat(fixture.upstream.getRequestCount()).isEqualTo(2);
  }

  @Test
  void refusalLeavesTheKeyFree() throws Exception {
    fixture.ledger.setBalance("alice", CreditField.CREDITS_NEW, Usd.ZERO);
    assertThat(post(MESSAGES, BODY, "k-1").status).isEqualTo(402);
    assertThat(post(MESSAGES, "{}", "k-1").status).isEqualTo(400);
    fixture.ledger.setBalance("alice", CreditField.CREDITS_NEW, Usd.of("10"));

    assertThat(served("k-1").status).isEqualTo(200);
  }

  @Test
  void keyIsTheUsersOwnAndStaysHere() throws Exception {
    fixture.ledger.setActive("bob", true);
    fixture.ledger.setBalance("bob", CreditField.CREDITS_NEW, Usd.of("10"));
    served("k-1");

    fixture.enqueueJson(200, "{\"type\":\"message\"," + USAGE + "}");
    Answer bobs =
        fixture.post(
            MESSAGES,
            BODY,
            "x-api-key",
            "sk-bob",
            "content-type",
            "application/json",
            "idempotency-key",
            "k-1");

    assertThat(bobs.status).isEqualTo(200);
    RecordedRequest forwarded = Objects.requireNonNull(fixture.upstream.takeRequest());
    assertThat(forwarded.getHeaders().get("idempotency-key")).isNull();
    assertThat(fixture.log.toString()).doesNotContain("k-1");
  }

  @Test
  void whatIsNoKeyIsRefused() throws Exception {
    for (String key : List.of("", "k".repeat(256), "clé", "a\tb")) {
      Answer answer = post(MESSAGES, BODY, key);

      assertThat(answer.status).isEqualTo(400);
      assertThat(answer.body())
          .contains("invalid_idempotency_key")
          .contains("1 to 255 printable ASCII characters");
    }
    Answer several =
        fixture.post(
            MESSAGES, BODY, "x-api-key", KEY, "idempotency-key", "a", "Idempotency-Key", "b");
    assertThat(several.status).isEqualTo(400);
    assertThat(several.body()).contains("found several");
    assertThat(fixture.upstream.getRequestCount()).isZero();
  }

  @Test
  void longestKeyAndOneSentTwiceAreKeys() throws Exception {
    assertThat(served("~".repeat(255)).status).isEqualTo(200);

    fixture.enqueueJson(200, "{\"type\":\"message\"," + USAGE + "}");
    Answer twice =
        fixture.post(
            MESSAGES, BODY, "x-api-key", KEY, "idempotency-key", "a b", "Idempotency-Key", "a b");
    assertThat(twice.status).isEqualTo(200);
    assertThat(post(MESSAGES, BODY, "a b").status).isEqualTo(409);
  }

  @Test
  void freeRequestsTakeNoKey() throws Exception {
    for (int i = 0; i < 2; i++) {
      fixture.enqueueJson(200, "{\"input_tokens\":25}");
      assertThat(post("/v1/messages/count_tokens", BODY, "k-1").status).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "2, 2", "my password, ", "1234567890, ", "-1, "})
  void countOfRetriesIsLogged(String sent, String logged) throws Exception {
    fixture.enqueueJson(200, "{\"type\":\"message\"," + USAGE + "}");
    fixture.post(MESSAGES, BODY, "x-api-key", KEY, "x-stainless-retry-count", sent);

    assertThat(fixture.log.getLast().clientRetry()).isEqualTo(logged);
  }

  private Answer served(String key) throws InterruptedException {
    fixture.enqueueJson(200, "{\"type\":\"message\"," + USAGE + "}");
    return post(MESSAGES, BODY, key);
  }

  private Answer post(String path, String body, String key) throws InterruptedException {
    return fixture.post(
        path,
        body,
        "x-api-key",
        KEY,
        "content-type",
        "application/json",
        "idempotency-key",
        key,
        "x-stainless-retry-count",
        "1");
  }

  private void assertRefused(Answer answer, int status, String code, String firstId) {
    assertThat(answer.status).isEqualTo(status);
    assertThat(JsonTree.of(answer.body()).text("error", "code")).isEqualTo(code);
    assertThat(JsonTree.of(answer.body()).text("error", "message")).contains(firstId);
    assertThat(answer.headers.first("original-request")).hasValue(firstId);
    RequestLogEntry line = fixture.log.getLast();
    assertThat(line.error()).isEqualTo(code);
    assertThat(line.detail()).isEqualTo("first request " + firstId);
    assertThat(line.clientRetry()).isEqualTo("1");
  }
}
