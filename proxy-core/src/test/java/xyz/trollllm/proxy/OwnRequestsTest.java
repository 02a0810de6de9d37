package xyz.trollllm.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.proxy.ProxyFixture.KEY;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.trollllm.billing.HoldRequest;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.CreditField;
import xyz.trollllm.proxy.ProxyFixture.Answer;

/** What users are told of their account and their requests, and of nobody else's. */
final class OwnRequestsTest {
  private static final String MESSAGE =
      "{\"model\":\"claude-sonnet-4-5\",\"max_tokens\":10,\"messages\":[]}";
  private static final String USAGE =
      "{\"usage\":{\"input_tokens\":7,\"output_tokens\":15,\"cache_read_input_tokens\":30,"
          + "\"cache_creation_input_tokens\":20,\"cache_creation\":"
          + "{\"ephemeral_5m_input_tokens\":12,\"ephemeral_1h_input_tokens\":8}},"
          + "\"model\":\"sonnet-upstream\"}";

  private ProxyFixture fixture;

  @BeforeEach
  void start() throws Exception {
    fixture = new ProxyFixture();
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  @Test
  void accountSaysWhatIsThereAndWhatIsHeld() throws Exception {
    fixture.ledger.setExpiry(
        "alice", CreditField.CREDITS_NEW, Instant.parse("2999-01-01T00:00:00Z"));
    fixture.enqueueJson(200, "{\"usage\":{\"input_tokens\":25,\"output_tokens\":15}}");
    fixture.postAsAlice("/v1/messages", MESSAGE);
    hold("req-open", "alice");

    JsonTree account = JsonTree.of(get("/v1/me").body());

    assertThat(account.text("user")).isEqualTo("alice");
    assertThat(account.text("key")).startsWith("sha256:");
    assertThat(account.elements("credits")).hasSize(2);
    JsonTree credit = account.at("credits", 1);
    assertThat(credit.text("credit_field")).isEqualTo("creditsNew");
    assertThat(credit.text("balance")).isEqualTo("9.999682");
    assertThat(credit.text("held")).isEqualTo("0.5");
    assertThat(credit.text("available")).isEqualTo("9.499682");
    assertThat(credit.text("spent")).isEqualTo("0.000318");
    assertThat(credit.text("expires_at")).isEqualTo("2999-01-01T00:00:00Z");
    assertThat(account.at("credits", 0, "expires_at").value()).isNull();
    assertThat(account.decimal("usage", "tokens")).isEqualByComparingTo("40");
    assertThat(account.decimal("usage", "requests_in_progress")).isEqualByComparingTo("1");
    assertThat(account.at("limits", "requests_per_minute").value()).isNull();
  }

  @Test
  void settledRequestSaysAllThatItsChargeWasComputedFrom() throws Exception {
    String id = charged();

    Answer answer = get("/v1/me/requests/" + id);

    JsonTree request = JsonTree.of(answer.body());
    assertThat(answer.headers.first("cache-control")).hasValue("private, no-store");
    assertThat(request.text("id")).isEqualTo(id);
    assertThat(request.text("status")).isEqualTo("settled");
    assertThat(request.text("model")).isEqualTo("claude-sonnet-4-5");
    assertThat(request.text("basis")).isEqualTo("upstream");
    assertThat(request.decimal("http_status")).isEqualByComparingTo("200");
    assertThat(request.text("credit_field")).isEqualTo("creditsNew");
    JsonTree item = request.at("items", 0);
    assertThat(item.decimal("tokens", "input")).isEqualByComparingTo("7");
    assertThat(item.decimal("tokens", "output")).isEqualByComparingTo("15");
    assertThat(item.decimal("tokens", "cache_write_5m")).isEqualByComparingTo("12");
    assertThat(item.decimal("tokens", "cache_write_1h")).isEqualByComparingTo("8");
    assertThat(item.decimal("tokens", "cache_hit")).isEqualByComparingTo("30");
    assertThat(item.text("prices", "cache_write_1h")).isEqualTo("6");
    assertThat(request.text("multiplier")).isEqualTo("1.06");
    // (7 x 3 + 15 x 15 + 12 x 3.75 + 8 x 6 + 30 x 0.30) x 1.06 / 1000000
    assertThat(request.text("cost")).isEqualTo("0.00036888");
    assertThat(request.text("balance")).isEqualTo("9.99963112");
    assertThat(request.text("upstream")).isEqualTo("up");
    assertThat(answer.body()).doesNotContain("sonnet-upstream", "127.0.0.1");
  }

  @Test
  void requestUnderWayIsInProgress() throws Exception {
    hold("req-open", "alice");

    JsonTree request = JsonTree.of(get("/v1/me/requests/req-open").body());

    assertThat(request.text("status")).isEqualTo("in_progress");
    assertThat(request.text("held")).isEqualTo("0.5");
    assertThat(request.text("balance")).isEqualTo("10");
  }

  @Test
  void requestOfSomebodyElseLooksLikeNone() throws Exception {
    String id = charged();
    fixture.ledger.setBalance("bob", CreditField.CREDITS_NEW, Usd.of("1"));

    Answer others = get("/v1/me/requests/" + id, "x-api-key", "sk-bob");
    Answer nobodys = get("/v1/me/requests/" + "0".repeat(26), "x-api-key", "sk-bob");

    assertThat(others.status).isEqualTo(404);
    assertThat(withoutRequestId(others)).isEqualTo(withoutRequestId(nobodys));
    assertThat(JsonTree.of(get("/v1/me/requests", "x-api-key", "sk-bob").body()).elements("data"))
        .isEmpty();
  }

  private static String withoutRequestId(Answer answer) {
    return answer.body().replaceFirst("\"request_id\":\"[^\"]*\"", "");
  }

  @Test
  void refusedRequestIsNotThere() throws Exception {
    Answer refused = fixture.postAsAlice("/v1/messages", "{}");
    String id = refused.headers.first("request-id").orElseThrow();

    Answer answer = get("/v1/me/requests/" + id);

    assertThat(answer.status).isEqualTo(404);
    assertThat(answer.body()).contains("request_not_found", "cost nothing");
  }

  @Test
  void requestsComeNewestFirstInPages() throws Exception {
    List<String> ids = List.of(charged(), charged(), charged());

    JsonTree first = JsonTree.of(get("/v1/me/requests?limit=2").body());
    String cursor = first.text("last_id");
    JsonTree second = JsonTree.of(get("/v1/me/requests?limit=2&before=" + cursor).body());

    assertThat(ids(first)).containsExactly(ids.get(2), ids.get(1));
    assertThat(first.at("has_more").value()).isEqualTo(true);
    assertThat(ids(second)).containsExactly(ids.get(0));
    assertThat(second.at("has_more").value()).isEqualTo(false);
  }

  private static List<String> ids(JsonTree list) {
    return list.elements("data").stream().map(request -> request.text("id")).toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"limit=0", "limit=101", "limit=many"})
  void pageOfUnreasonableLengthIsRefused(String query) throws Exception {
    assertThat(get("/v1/me/requests?" + query).status).isEqualTo(400);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/me", "/v1/me/requests", "/v1/me/requests/x"})
  void otherMethodsAreNotServed(String path) throws Exception {
    Answer answer = fixture.send("DELETE", path, new byte[0], "x-api-key", KEY);

    assertThat(answer.status).isEqualTo(405);
    assertThat(answer.headers.first("allow")).hasValue("GET, HEAD");
  }

  private String charged() throws InterruptedException {
    fixture.enqueueJson(200, USAGE);
    Answer answer = fixture.postAsAlice("/v1/messages", MESSAGE);
    return answer.headers.first("request-id").orElseThrow();
  }

  private void hold(String requestId, String userId) {
    fixture.ledger.reserve(
        new HoldRequest(
            requestId, userId, CreditField.CREDITS_NEW, Usd.of("0.5"), Duration.ofMinutes(1)),
        _ -> {});
  }

  private Answer get(String path) throws InterruptedException {
    return get(path, "x-api-key", KEY);
  }

  private Answer get(String path, String... headers) throws InterruptedException {
    return fixture.send("GET", path, new byte[0], headers);
  }
}
