package xyz.trollllm.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.proxy.ProxyFixture.KEY;

import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.CreditField;
import xyz.trollllm.proxy.ProxyFixture.Answer;

/** What is refused reaches no upstream, costs nothing and holds nothing. */
final class RefusalTest {
  private static final String BODY =
      "{\"model\":\"claude-sonnet-4-5\",\"max_tokens\":10,\"messages\":[]}";

  private ProxyFixture fixture;

  @BeforeEach
  void start() throws Exception {
    fixture = new ProxyFixture();
  }

  @AfterEach
  void nothingHappenedToMoneyOrUpstream() {
    assertThat(fixture.upstream.getRequestCount()).isZero();
    assertThat(fixture.ledger.records()).isEmpty();
    assertThat(fixture.held()).isEqualTo(Usd.ZERO);
    fixture.close();
  }

  static Stream<Arguments> refusals() {
    return Stream.of(
        refusal("no key", "/v1/messages", BODY, 401, "missing_api_key"),
        refusal("empty key", "/v1/messages", BODY, 401, "missing_api_key", "x-api-key", " "),
        refusal("unknown key", "/v1/messages", BODY, 401, "invalid_api_key", "x-api-key", "sk-x"),
        refusal(
            "keys of two users",
            "/v1/messages",
            BODY,
            400,
            "conflicting_api_keys",
            "x-api-key",
            KEY,
            "authorization",
            "Bearer sk-bob"),
        refusal(
            "disabled user",
            "/v1/messages",
            BODY,
            403,
            "account_disabled",
            "x-api-key",
            "sk-disabled"),
        refusal("no credit", "/v1/messages", BODY, 403, "account_disabled", "x-api-key", "sk-bob"),
        refusal("unknown path", "/v1/complete", BODY, 404, "unknown_path", "x-api-key", KEY),
        refusal(
            "unknown model",
            "/v1/messages",
            BODY.replace("sonnet", "x"),
            404,
            "model_not_found",
            "x-api-key",
            KEY),
        refusal(
            "model without this API",
            "/v1/chat/completions",
            "{\"model\":\"messages-only\",\"messages\":[]}",
            404,
            "model_not_found",
            "authorization",
            "Bearer " + KEY),
        refusal(
            "malformed body",
            "/v1/messages",
            "{\"model\":",
            400,
            "invalid_request",
            "x-api-key",
            KEY),
        refusal(
            "two models",
            "/v1/messages",
            "{\"model\":\"a\",\"model\":\"b\",\"max_tokens\":1}",
            400,
            "invalid_request",
            "x-api-key",
            KEY),
        refusal(
            "no max_tokens",
            "/v1/messages",
            "{\"model\":\"claude-sonnet-4-5\",\"messages\":[]}",
            400,
            "invalid_request",
            "x-api-key",
            KEY),
        refusal(
            "stream of the wrong type",
            "/v1/messages",
            BODY.replace("{\"model", "{\"stream\":\"yes\",\"model"),
            400,
            "invalid_request",
            "x-api-key",
            KEY),
        refusal(
            "deep nesting",
            "/v1/messages",
            "[".repeat(600) + "]".repeat(600),
            400,
            "invalid_request",
            "x-api-key",
            KEY),
        refusal(
            "wrong content type",
            "/v1/messages",
            BODY,
            415,
            "unsupported_media_type",
            "x-api-key",
            KEY,
            "content-type",
            "text/plain"),
        refusal(
            "compressed body",
            "/v1/messages",
            BODY,
            415,
            "unsupported_media_type",
            "x-api-key",
            KEY,
            "content-encoding",
            "gzip"),
        refusal(
            "too large",
            "/v1/messages",
            BODY + " ".repeat(100_000),
            413,
            "request_too_large",
            "x-api-key",
            KEY),
        refusal(
            "more than the balance",
            "/v1/messages",
            BODY.replace("10,", "64000,"),
            402,
            "insufficient_credit",
            "x-api-key",
            KEY));
  }

  private static Arguments refusal(
      String name, String path, String body, int status, String code, String... headers) {
    return Arguments.of(name, path, body, status, code, headers);
  }

  @ParameterizedTest(name = "{0}: {3} {4}")
  @MethodSource("refusals")
  void isAnsweredWithOneClearError(
      String name, String path, String body, int status, String code, String[] headers)
      throws Exception {
    fixture.ledger.setBalance(ProxyFixture.USER, CreditField.CREDITS_NEW, Usd.of("0.5"));

    Answer answer = fixture.post(path, body, headers);

    assertThat(answer.status).isEqualTo(status);
    assertThat(answer.body())
        .contains("\"type\":\"error\"", "\"code\":\"" + code + "\"")
        .doesNotContain("sk-");
    assertThat(answer.complete).isTrue();
    assertThat(answer.headers.first("request-id"))
        .hasValueSatisfying(id -> assertThat(answer.body()).contains(id));
    assertThat(fixture.log)
        .singleElement()
        .satisfies(entry -> assertThat(entry.error()).as(name).isEqualTo(code));
  }

  @Test
  void exhaustedCreditTellsClientsNotToRetry() throws Exception {
    fixture.ledger.setBalance(ProxyFixture.USER, CreditField.CREDITS_NEW, Usd.ZERO);

    Answer answer = fixture.postAsAlice("/v1/messages", BODY);

    assertThat(answer.status).isEqualTo(402);
    assertThat(answer.headers.first("x-should-retry")).hasValue("false");
    assertThat(answer.body()).contains("billing_error");
  }

  @Test
  void otherMethodsAreNotServed() throws Exception {
    Answer answer = fixture.send("GET", "/v1/messages", new byte[0], "x-api-key", KEY);

    assertThat(answer.status).isEqualTo(405);
    assertThat(answer.headers.first("allow")).hasValue("POST");
    assertThat(answer.body()).contains("\"code\":\"method_not_allowed\"");
  }
}
