package xyz.trollllm.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.proxy.ProxyFixture.KEY;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.CreditField;
import xyz.trollllm.proxy.ProxyFixture.Answer;

/** Counting a prompt's tokens is forwarded like a message, and costs nothing. */
final class TokenCountTest {
  private static final String PATH = "/v1/messages/count_tokens";
  private static final String BODY = "{\"model\":\"claude-sonnet-4-5\",\"messages\":[]}";
  private static final String ANSWER = "{\"input_tokens\":4711}";

  private ProxyFixture fixture;

  @BeforeEach
  void start() throws Exception {
    fixture = new ProxyFixture();
  }

  @AfterEach
  void nothingWasHeldOrCharged() {
    assertThat(fixture.held()).isEqualTo(Usd.ZERO);
    assertThat(fixture.ledger.records()).isEmpty();
    assertThat(fixture.spent(CreditField.CREDITS_NEW)).isEqualTo(Usd.ZERO);
    fixture.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/messages/count_tokens",
        "/messages/count_tokens",
        "/v1/v1/messages/count_tokens"
      })
  void countIsForwardedAndCostsNothing(String path) throws Exception {
    fixture.enqueueJson(200, ANSWER);

    Answer answer =
        fixture.post(
            path + "?beta=true&api_key=x",
            BODY,
            "authorization",
            "Bearer " + KEY,
            "anthropic-beta",
            "token-counting",
            "cookie",
            "secret");

    assertThat(answer.status).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(ANSWER);
    RecordedRequest forwarded = fixture.upstream.takeRequest();
    assertThat(forwarded.getTarget()).isEqualTo("/v1/messages/count_tokens?beta=true");
    assertThat(Objects.requireNonNull(forwarded.getBody()).string(StandardCharsets.UTF_8))
        .isEqualTo(BODY.replace("claude-sonnet-4-5", "sonnet-upstream"));
    assertThat(forwarded.getHeaders().get("authorization")).isEqualTo("Bearer operator-key");
    assertThat(forwarded.getHeaders().get("anthropic-beta")).isEqualTo("token-counting");
    assertThat(forwarded.getHeaders().names()).doesNotContain("cookie");
    assertThat(fixture.log)
        .singleElement()
        .satisfies(entry -> {
          assertThat(entry.isFree()).isTrue();
          assertThat(entry.requestedModel()).isEqualTo("claude-sonnet-4-5");
          assertThat(entry.firstByte()).isNotNull();
          assertThat(entry.error()).isNull();
        });
  }

  @Test
  void userWithoutCreditMayCount() throws Exception {
    fixture.ledger.setBalance(ProxyFixture.USER, CreditField.CREDITS_NEW, Usd.ZERO);
    fixture.enqueueJson(200, ANSWER);

    assertThat(fixture.postAsAlice(PATH, BODY).status).isEqualTo(200);

    fixture.ledger.setBalance(ProxyFixture.USER, CreditField.CREDITS_NEW, Usd.of("10"));
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

    Answer answer = fixture.postAsAlice(PATH, BODY);

    answer.headers.forEach(
        (name, _) -> assertThat(name).isIn("content-type", "request-id", "x-request-id"));
  }

  @ParameterizedTest(name = "upstream {0} {1} becomes {3}")
  @CsvSource({
    "404, application/json, '{\"detail\":\"Not Found\"}', 404, not_found_error",
    "404, text/html, '<html>nginx</html>', 404, not_found_error",
    "400, application/json, '{\"error\":{\"message\":\"bad tool\"}}', 400, invalid_request_error",
    "401, application/json, '{}', 502, api_error",
    "403, application/json, '{}', 502, api_error",
    "429, application/json, '{}', 429, rate_limit_error",
    "302, text/html, 'elsewhere', 502, api_error",
    "500, text/html, '<html>nginx</html>', 502, api_error",
    "529, application/json, '{}', 529, overloaded_error",
    "200, text/html, '<html>nginx</html>', 502, api_error",
    "200, application/json, '{\"error\":{}}', 502, api_error",
    "200, application/json, '{\"input_tokens\":', 502, api_error",
    "200, application/json, '{\"input_tokens\":\"7\"}', 502, api_error"
  })
  void whatIsNoCountBecomesAnErrorOfOurs(
      int upstream, String contentType, String body, int status, String type) throws Exception {
    fixture.upstream.enqueue(
        new MockResponse.Builder()
            .code(upstream)
            .setHeader("content-type", contentType)
            .body(body)
            .build());

    Answer answer = fixture.postAsAlice(PATH, BODY);

    JsonTree error = JsonTree.of(answer.body());
    assertThat(answer.status).isEqualTo(status);
    assertThat(error.text("type")).isEqualTo("error");
    assertThat(error.text("error", "type")).isEqualTo(type);
    assertThat(answer.body()).doesNotContain("nginx");
  }

  @Test
  void informationalAnswersAreSwallowed() throws Exception {
    fixture.upstream.enqueue(
        new MockResponse.Builder()
            .addInformationalResponse(new MockResponse.Builder().code(103).build())
            .setHeader("content-type", "application/json")
            .body(ANSWER)
            .build());

    assertThat(fixture.postAsAlice(PATH, BODY).body()).isEqualTo(ANSWER);
  }

  @Test
  void answerOfUnreasonableLengthIsNotRelayed() throws Exception {
    fixture.enqueueJson(200, "{\"input_tokens\":1,\"x\":\"" + "x".repeat(100_000) + "\"}");

    assertThat(fixture.postAsAlice(PATH, BODY).status).isEqualTo(502);
  }

  @Test
  void brokenConnectionIsTold() throws Exception {
    fixture.upstream.enqueue(
        new MockResponse.Builder().onRequestStart(new SocketEffect.CloseSocket()).build());

    assertThat(fixture.postAsAlice(PATH, BODY).status).isEqualTo(502);
  }

  @Test
  void silenceBecomesATimeout() throws Exception {
    fixture.upstream.enqueue(
        new MockResponse.Builder().onResponseStart(SocketEffect.Stall.INSTANCE).build());

    assertThat(fixture.postAsAlice(PATH, BODY).status).isEqualTo(504);
  }

  @Test
  void anotherKeyIsTriedOnceWhenOneIsRefused() throws Exception {
    try (ProxyFixture twoKeys = new ProxyFixture(0, List.of("first", "second"))) {
      twoKeys.enqueueJson(401, "{}");
      twoKeys.enqueueJson(200, ANSWER);

      assertThat(twoKeys.postAsAlice(PATH, BODY).status).isEqualTo(200);
      assertThat(twoKeys.upstream.takeRequest().getHeaders().get("authorization"))
          .isNotEqualTo(twoKeys.upstream.takeRequest().getHeaders().get("authorization"));
    }
  }

  @Test
  void upstreamThatCannotCountStaysInUse() throws Exception {
    for (int i = 0; i < 60; i++) {
      fixture.enqueueJson(500, "{}");
      fixture.postAsAlice(PATH, BODY);
    }
    fixture.enqueueJson(200, ANSWER);

    assertThat(fixture.postAsAlice(PATH, BODY).status).isEqualTo(200);
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = ';',
      value = {
        "{\"model\":\"gpt-9\",\"messages\":[]}; 404",
        "{\"messages\":[]}; 400",
        "{\"model\":\"claude-sonnet-4-5\",\"model\":\"x\"}; 400",
        "{\"model\":\"claude-sonnet-4-5\",\"api_base\":\"https://elsewhere\"}; 400",
        "{; 400"
      })
  void badBodyReachesNoUpstream(String body, int status) throws Exception {
    Answer answer = fixture.postAsAlice(PATH, body);

    assertThat(answer.status).isEqualTo(status);
    assertThat(fixture.upstream.getRequestCount()).isZero();
  }

  @Test
  void strangersReachNoUpstream() throws Exception {
    assertThat(fixture.post(PATH, BODY).status).isEqualTo(401);
    assertThat(fixture.post(PATH, BODY, "x-api-key", "sk-x").status).isEqualTo(401);
    assertThat(fixture.post(PATH, BODY, "x-api-key", KEY, "content-encoding", "gzip").status)
        .isEqualTo(415);
    assertThat(fixture.upstream.getRequestCount()).isZero();
  }
}
