package xyz.trollllm.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static xyz.trollllm.it.Eventually.eventually;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.errors.AnthropicServiceException;
import com.anthropic.models.messages.MessageCreateParams;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.chat.completions.ChatCompletion;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import xyz.trollllm.config.Api;
import xyz.trollllm.server.standin.Behaviour;
import xyz.trollllm.server.standin.Delivery;
import xyz.trollllm.server.standin.Gate;
import xyz.trollllm.server.standin.Script;

/** Requests that carry one Idempotency-Key are carried out once, through whichever instance. */
final class IdempotencyIT {
  private static final int REPETITIONS = 100;

  @RegisterExtension static final Stage STAGE = new Stage();

  private final String key = UUID.randomUUID().toString();
  private Store.User user;
  private int servedBefore;

  @BeforeEach
  void begin() {
    user = STAGE.begin();
    servedBefore = STAGE.upstream().served().size();
  }

  @ParameterizedTest(name = "stream: {0}")
  @ValueSource(booleans = {false, true})
  @DisplayName("B2, B3: of a hundred at once through both instances one is served and charged")
  void oneOfAHundred(boolean stream) {
    Gate gate = new Gate();
    STAGE.upstreamDoes(new Behaviour.Answers(Delivery.IMMEDIATE.holdingEvent(1, gate)));
    String body = stream ? Ask.stream(Ask.SONNET) : Ask.answer(Ask.SONNET);

    List<CompletableFuture<HttpResponse<String>>> sent = new ArrayList<>();
    for (int i = 0; i < REPETITIONS; i++) {
      RunningGateway gateway = i % 2 == 0 ? STAGE.chat() : STAGE.chat2();
      sent.add(
          Http.sendAsync(
              Http.request(gateway, Api.ANTHROPIC_MESSAGES, user.key(), body)
                  .header("Idempotency-Key", key),
              BodyHandlers.ofString()));
    }
    eventually(
        () -> sent.stream().filter(CompletableFuture::isDone).count() == REPETITIONS - 1,
        () -> sent.toString());
    gate.open();
    List<HttpResponse<String>> answers = sent.stream().map(CompletableFuture::join).toList();

    HttpResponse<String> served =
        answers.stream().filter(answer -> answer.statusCode() == 200).findFirst().orElseThrow();
    assertThat(answers)
        .filteredOn(answer -> answer.statusCode() != 200)
        .hasSize(REPETITIONS - 1)
        .allSatisfy(answer -> {
          assertThat(answer.statusCode()).isEqualTo(409);
          assertThat(code(answer)).isEqualTo("idempotency_key_in_flight");
          assertThat(answer.headers().firstValue("original-request"))
              .hasValue(Http.requestId(served));
        });
    assertThat(servedNow()).isEqualTo(1);
  }

  @Test
  @DisplayName("B2: a repetition at the other instance names the first request and its charge")
  void repetition() throws Exception {
    HttpResponse<String> first = post(STAGE.chat(), Ask.answer(Ask.SONNET));
    String id = Http.requestId(first);
    Trace trace = Trace.of(STAGE.chat(), STAGE.store(), id);

    HttpResponse<String> again = post(STAGE.chat2(), Ask.answer(Ask.SONNET));
    HttpResponse<String> other = post(STAGE.chat2(), Ask.answer(Ask.HAIKU));

    assertThat(again.statusCode()).isEqualTo(409);
    assertThat(code(again)).isEqualTo("idempotency_key_used");
    assertThat(again.body()).contains("GET /v1/me/requests/" + id);
    assertThat(other.statusCode()).isEqualTo(422);
    assertThat(code(other)).isEqualTo("idempotency_key_reused");
    JsonNode charge = Http.json(Http.get(STAGE.chat2(), "/v1/me/requests/" + id, user.key()));
    assertThat(charge.path("cost").stringValue())
        .isEqualTo(trace.line().path("cost_usd").stringValue());
    assertThat(Trace.waitForLine(STAGE.chat2(), Http.requestId(again)).path("detail").stringValue())
        .isEqualTo("first request " + id);
    assertThat(servedNow()).isEqualTo(1);
    assertThat(STAGE.upstream().served().getLast().header("idempotency-key")).isEmpty();
    assertThat(String.join("\n", STAGE.chat().output())).doesNotContain(key);
  }

  @Test
  @DisplayName("R2: an SDK does not retry what was carried out, and shows why")
  void sdkIsTold() {
    MessageCreateParams request =
        Sdk.message(Ask.SONNET).putAdditionalHeader("Idempotency-Key", key).build();
    var _ = Sdk.anthropic(STAGE.chat().url(), user.key()).messages().create(request);
    AnthropicClient retrying =
        AnthropicOkHttpClient.builder()
            .baseUrl(STAGE.chat2().url().toString())
            .apiKey(user.key())
            .build();

    assertThatThrownBy(() -> retrying.messages().create(request))
        .isInstanceOfSatisfying(
            AnthropicServiceException.class,
            conflict -> assertThat(conflict.statusCode()).isEqualTo(409))
        .hasMessageContaining("/v1/me/requests/");

    JsonNode refusal = Trace.onlyLine(user, STAGE.chat2());
    assertThat(refusal.path("error").stringValue()).isEqualTo("idempotency_key_used");
    assertThat(refusal.path("client_retry").stringValue()).isEqualTo("0");
    assertThat(servedNow()).isEqualTo(1);
  }

  @Test
  @DisplayName("R2: an SDK's retry after a failure of the upstream is served under its key")
  void sdkRetriesAFailure() {
    STAGE.upstream().follow(Script.inOrder(Behaviour.fails(500)));
    OpenAIClient retrying =
        OpenAIOkHttpClient.builder()
            .baseUrl(STAGE.chat().url().resolve("/v1").toString())
            .apiKey(user.key())
            .build();

    ChatCompletion completion =
        retrying
            .chat()
            .completions()
            .create(Sdk.chat(Ask.SONNET).putAdditionalHeader("Idempotency-Key", key).build());

    assertThat(completion.usage().orElseThrow().completionTokens()).isEqualTo(20);
    assertThat(servedNow()).isEqualTo(2);
    eventually(
        () ->
            STAGE.chat().requestLog().stream()
                .filter(line -> line.path("user").asString("").equals(user.name()))
                .map(line -> line.path("client_retry").asString(""))
                .toList()
                .equals(List.of("0", "1")),
        () -> STAGE.chat().requestLog().toString());
  }

  private HttpResponse<String> post(RunningGateway gateway, String body) throws Exception {
    return Http.send(
        Http.request(gateway, Api.ANTHROPIC_MESSAGES, user.key(), body)
            .header("Idempotency-Key", key));
  }

  private static String code(HttpResponse<String> answer) {
    return Http.json(answer).path("error").path("code").stringValue();
  }

  private int servedNow() {
    return STAGE.upstream().served().size() - servedBefore;
  }
}
