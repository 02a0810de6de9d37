package xyz.trollllm.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.proxy.ProxyFixture.KEY;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.trollllm.proxy.ProxyFixture.Answer;

/** What clients learn of the models: documents that both families of SDKs read. */
final class ModelDocumentsTest {
  private ProxyFixture fixture;

  @BeforeEach
  void start() throws Exception {
    fixture = new ProxyFixture();
  }

  @AfterEach
  void noUpstreamWasAsked() {
    assertThat(fixture.upstream.getRequestCount()).isZero();
    assertThat(fixture.ledger.records()).isEmpty();
    fixture.close();
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/models, x-api-key, sk-alice",
    "/models, authorization, Bearer sk-alice",
    "/v1/v1/models, authorization, bearer sk-alice"
  })
  void listIsReadByBothFamiliesOfClients(String path, String header, String value)
      throws Exception {
    Answer answer = get(path, header, value);

    JsonTree list = JsonTree.of(answer.body());
    assertThat(answer.status).isEqualTo(200);
    assertThat(answer.headers.first("content-type")).hasValue("application/json");
    assertThat(answer.headers.first("request-id")).isPresent();
    assertThat(list.text("object")).isEqualTo("list");
    assertThat(ids(list)).startsWith("claude-sonnet-4-5").endsWith("messages-only");
    assertThat(list.at("has_more").value()).isEqualTo(false);
    assertThat(list.text("first_id")).isEqualTo("claude-sonnet-4-5");
    assertThat(list.text("last_id")).isEqualTo("messages-only");
    JsonTree row = list.at("data", 0);
    assertThat(row.text("type")).isEqualTo("model");
    assertThat(row.text("object")).isEqualTo("model");
    assertThat(row.text("display_name")).isEqualTo("Sonnet");
    assertThat(row.text("created_at")).isEqualTo("2023-02-28T18:56:42Z");
    assertThat(row.decimal("created")).isEqualByComparingTo("1677610602");
    assertThat(row.text("owned_by")).isEqualTo("anthropic");
    assertThat(row.decimal("max_input_tokens")).isEqualByComparingTo("200000");
    assertThat(row.decimal("max_tokens")).isEqualByComparingTo("64000");
  }

  @ParameterizedTest(name = "{0}: from {1} to {2} of n, more: {3}")
  @CsvSource({
    "limit=1, 0, 1, true",
    "limit=1000, 0, n, false",
    "limit=1&after_id=claude-sonnet-4-5, 1, 2, true",
    "after_id=claude-sonnet-4-5-20250929, 1, n, false",
    "after_id=messages-only, n, n, false",
    "before_id=messages-only, 0, n-1, false",
    "before_id=messages-only&limit=1, n-2, n-1, true",
    "before_id=claude-sonnet-4-5&limit=5, 0, 0, false",
    "something=else&limit=, 0, n, false"
  })
  void listComesInPages(String query, String from, String to, boolean more) throws Exception {
    List<String> all = ids(JsonTree.of(get("/v1/models", "x-api-key", KEY).body()));
    List<String> expected = all.subList(index(from, all.size()), index(to, all.size()));

    JsonTree page = JsonTree.of(get("/v1/models?" + query, "x-api-key", KEY).body());

    assertThat(ids(page)).isEqualTo(expected);
    assertThat(page.at("has_more").value()).isEqualTo(more);
    assertThat(page.at("first_id").value() == null).isEqualTo(expected.isEmpty());
  }

  /** A number, or {@code n} less a number. */
  private static int index(String text, int n) {
    return text.startsWith("n")
        ? n - Integer.parseInt("0" + text.substring(1).replace("-", ""))
        : Integer.parseInt(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "limit=0",
        "limit=1001",
        "limit=x",
        "limit=-1",
        "limit=99999999999",
        "after_id=gpt-9",
        "before_id=gpt-9",
        "after_id=messages-only&before_id=messages-only"
      })
  void queryThatMakesNoSenseIsRefused(String query) throws Exception {
    Answer answer = get("/v1/models?" + query, "x-api-key", KEY);

    assertThat(answer.status).isEqualTo(400);
    assertThat(JsonTree.of(answer.body()).text("error", "type")).isEqualTo("invalid_request_error");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "claude-sonnet-4-5",
        "claude-sonnet-4-5-20250929",
        "openhands/claude-sonnet-4-5",
        "litellm_proxy/claude-sonnet-4-5",
        "openhands%2Fclaude-sonnet-4-5-20250929"
      })
  void modelIsFoundByEveryNameItHas(String name) throws Exception {
    Answer answer = get("/v1/models/" + name, "x-api-key", KEY);

    assertThat(answer.status).isEqualTo(200);
    assertThat(JsonTree.of(answer.body()).text("id")).isEqualTo("claude-sonnet-4-5");
  }

  @Test
  void unknownModelIsNotFound() throws Exception {
    Answer answer = get("/v1/models/sonnet-upstream", "x-api-key", KEY);

    JsonTree error = JsonTree.of(answer.body());
    assertThat(answer.status).isEqualTo(404);
    assertThat(error.text("type")).isEqualTo("error");
    assertThat(error.text("error", "type")).isEqualTo("not_found_error");
    assertThat(error.text("error", "code")).isEqualTo("model_not_found");
    assertThat(answer.headers.first("request-id")).hasValue(error.text("request_id"));
  }

  @Test
  void modelInfoSaysLimitsAndWhatATokenReallyCosts() throws Exception {
    JsonTree info = JsonTree.of(get("/model/info", "authorization", "Bearer " + KEY).body());

    assertThat(info.elements("data").stream().map(entry -> entry.text("model_name")))
        .startsWith("claude-sonnet-4-5", "claude-sonnet-4-5-20250929")
        .endsWith("messages-only");
    JsonTree alias = info.at("data", 1);
    assertThat(alias.text("litellm_params", "model")).isEqualTo("claude-sonnet-4-5");
    JsonTree sonnet = alias.at("model_info");
    assertThat(sonnet.decimal("max_tokens")).isEqualByComparingTo("64000");
    assertThat(sonnet.decimal("max_input_tokens")).isEqualByComparingTo("200000");
    assertThat(sonnet.decimal("input_cost_per_token")).isEqualByComparingTo("0.00000318");
    assertThat(sonnet.decimal("output_cost_per_token")).isEqualByComparingTo("0.0000159");
    assertThat(sonnet.decimal("cache_creation_input_token_cost"))
        .isEqualByComparingTo("0.000003975");
    assertThat(sonnet.decimal("cache_creation_input_token_cost_above_1hr"))
        .isEqualByComparingTo("0.00000636");
    assertThat(sonnet.decimal("cache_read_input_token_cost")).isEqualByComparingTo("0.000000318");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/models", "/v1/models/claude-sonnet-4-5", "/v1/model/info"})
  void nothingOfTheUpstreamIsTold(String path) throws Exception {
    assertThat(get(path, "x-api-key", KEY).body())
        .doesNotContain("sonnet-upstream", "127.0.0.1", "operator-key", "http:");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/models", "/v1/models/claude-sonnet-4-5", "/v1/model/info", "/v1/me"})
  void strangersAreToldNothing(String path) throws Exception {
    assertThat(get(path).status).isEqualTo(401);
    assertThat(get(path, "x-api-key", "sk-x").status).isEqualTo(401);
    assertThat(get(path, "x-api-key", "sk-disabled").status).isEqualTo(403);
  }

  @Test
  void headGetsTheHeadOnly() throws Exception {
    Answer get = get("/v1/models", "x-api-key", KEY);
    Answer head = fixture.send("HEAD", "/v1/models", new byte[0], "x-api-key", KEY);

    assertThat(head.status).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    assertThat(head.complete).isTrue();
    assertThat(head.contentLength).isEqualTo(get.bytes.size());
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "HEAD"})
  void helloIsAnsweredToEverybody(String method) throws Exception {
    Answer answer = fixture.send(method, "/api/hello", new byte[0]);

    assertThat(answer.status).isEqualTo(200);
    assertThat(answer.body()).isEmpty();
    assertThat(answer.contentLength).isZero();
  }

  @Test
  void everyAnswerLeavesALineThatSaysItWasFree() throws Exception {
    get("/v1/models", "x-api-key", KEY);

    assertThat(fixture.log)
        .singleElement()
        .satisfies(entry -> {
          assertThat(entry.isFree()).isTrue();
          assertThat(entry.userId()).isEqualTo("alice");
          assertThat(entry.status()).isEqualTo(200);
          assertThat(entry.settlement()).isNull();
        });
  }

  @Test
  void limitOfFreeRequestsIsOneOfItsOwn() throws Exception {
    try (ProxyFixture limited = new ProxyFixture(2, List.of("operator-key"))) {
      limited.send("GET", "/v1/models", new byte[0], "x-api-key", KEY);
      limited.send("GET", "/v1/model/info", new byte[0], "x-api-key", KEY);

      Answer third = limited.send("GET", "/v1/me", new byte[0], "x-api-key", KEY);

      assertThat(third.status).isEqualTo(429);
      assertThat(third.headers.first("retry-after"))
          .hasValueSatisfying(seconds -> assertThat(seconds).matches("[1-9][0-9]?"));
      assertThat(third.headers.first("retry-after-ms"))
          .hasValueSatisfying(millis -> assertThat(millis).matches("[1-9][0-9]{3,4}"));
      limited.enqueueJson(200, "{\"usage\":{\"input_tokens\":1,\"output_tokens\":1}}");
      assertThat(
              limited.postAsAlice(
                      "/v1/messages",
                      "{\"model\":\"claude-sonnet-4-5\",\"max_tokens\":1,\"messages\":[]}")
                  .status)
          .isEqualTo(200);
    }
  }

  private Answer get(String path, String... headers) throws InterruptedException {
    return fixture.send("GET", path, new byte[0], headers);
  }

  private static List<String> ids(JsonTree list) {
    return list.elements("data").stream().map(row -> row.text("id")).toList();
  }
}
