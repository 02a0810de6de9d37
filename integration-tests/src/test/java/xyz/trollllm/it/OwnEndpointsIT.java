package xyz.trollllm.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static xyz.trollllm.it.Eventually.eventuallyPasses;

import com.anthropic.client.AnthropicClient;
import com.anthropic.errors.NotFoundException;
import com.anthropic.models.messages.MessageCountTokensParams;
import com.anthropic.models.models.ModelInfo;
import com.openai.client.OpenAIClient;
import com.openai.models.models.Model;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import xyz.trollllm.config.Api;
import xyz.trollllm.server.standin.Behaviour;
import xyz.trollllm.server.standin.Script;

/** What the gateway answers besides the metered calls. */
final class OwnEndpointsIT {
  @RegisterExtension static final Stage STAGE = new Stage();

  @Test
  @DisplayName("V35: both families of SDKs list this instance's models")
  void sdksListModels() {
    Store.User user = STAGE.store().newUser(10, 10);
    AnthropicClient anthropic = Sdk.anthropic(STAGE.chat().url(), user.key());
    OpenAIClient openAi = Sdk.openAi(STAGE.chat2().url(), user.key());

    List<ModelInfo> chat = anthropic.models().list().data();
    List<Model> chat2 = openAi.models().list().data();

    assertThat(chat)
        .extracting(ModelInfo::id)
        .containsExactly(Ask.OPUS, Ask.SONNET, Ask.HAIKU, "gemini-3-pro-preview");
    assertThat(chat).extracting(ModelInfo::displayName).contains("Claude Sonnet 4.5");
    assertThat(chat2).extracting(Model::id).containsExactly(Ask.OPUS, Ask.SONNET, Ask.HAIKU);
    assertThat(chat2).extracting(Model::ownedBy).containsOnly("anthropic");
  }

  @Test
  @DisplayName("V35: both families of SDKs look up one model, by any of its names")
  void sdksLookUpAModel() {
    Store.User user = STAGE.store().newUser(10, 10);
    AnthropicClient anthropic = Sdk.anthropic(STAGE.chat().url(), user.key());
    OpenAIClient openAi = Sdk.openAi(STAGE.chat().url(), user.key());

    assertThat(anthropic.models().retrieve("claude-sonnet-4-5-20250929").id())
        .isEqualTo(Ask.SONNET);
    assertThat(openAi.models().retrieve("openhands/" + Ask.SONNET).id()).isEqualTo(Ask.SONNET);
    assertThatThrownBy(() -> anthropic.models().retrieve("gpt-0"))
        .isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> openAi.models().retrieve("gpt-0"))
        .isInstanceOfSatisfying(
            com.openai.errors.NotFoundException.class,
            error -> assertThat(error.code()).contains("model_not_found"));
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/models?limit=1, x-api-key, ''",
    "/models, authorization, 'Bearer '",
    "/v1/v1/models, authorization, 'bearer '",
    "/v1/models/openhands%2Fclaude-sonnet-4-5, authorization, ''",
    "/v1/model/info, authorization, 'Bearer '",
    "/model/info, x-api-key, ''"
  })
  @DisplayName("V35: either style of key opens the documents, which hold nothing of the upstream's")
  void documentsOfModels(String path, String header, String scheme) throws Exception {
    Store.User user = STAGE.store().newUser(10, 10);

    HttpResponse<String> answer =
        Http.send(
            HttpRequest.newBuilder(STAGE.chat().url().resolve(path))
                .header(header, scheme + user.key()));

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("request-id")).isPresent();
    assertThat(answer.body())
        .contains("claude-")
        .doesNotContain("127.0.0.1", "all-hands", "sk-", "\"gemini-3-pro\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "HEAD"})
  @DisplayName("a client's first probe is answered to anybody")
  void hello(String method) throws Exception {
    HttpResponse<String> answer =
        Http.send(
            HttpRequest.newBuilder(STAGE.chat().url().resolve("/api/hello"))
                .method(method, BodyPublishers.noBody()));

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEmpty();
  }

  @Test
  @DisplayName("HEAD gets what GET gets, but for the body")
  void head() throws Exception {
    Store.User user = STAGE.store().newUser(10, 10);
    URI models = STAGE.chat().url().resolve("/v1/models");

    HttpResponse<String> head =
        Http.send(
            HttpRequest.newBuilder(models)
                .header("x-api-key", user.key())
                .method("HEAD", BodyPublishers.noBody()));

    String length =
        Integer.toString(Http.get(STAGE.chat(), "/v1/models", user.key()).body().length());
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.headers().firstValue("content-length")).contains(length);
    assertThat(head.body()).isEmpty();
  }

  @Test
  @DisplayName("V10: counting tokens is forwarded and free")
  void tokensAreCountedForNothing() throws Exception {
    Store.User user = STAGE.store().newUser(0, 0);
    STAGE
        .upstream()
        .follow(Script.always(Behaviour.sends(200, "application/json", "{\"input_tokens\":4711}")));
    String body = "{\"model\":\"" + Ask.OPUS + "\",\"messages\":[]}";

    HttpResponse<String> answer =
        Http.send(
            HttpRequest.newBuilder(
                    STAGE.chat().url().resolve("/v1/messages/count_tokens?beta=true"))
                .header("x-api-key", user.key())
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString(body)));

    STAGE.upstream().follow(Script.always(Behaviour.answers()));
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("{\"input_tokens\":4711}");
    String id = Http.requestId(answer);
    assertThat(Trace.served(STAGE.upstream(), id).path()).isEqualTo("/v1/messages/count_tokens");
    JsonNode line = Trace.waitForLine(STAGE.chat(), id);
    assertThat(line.path("cost_usd").stringValue()).isEqualTo("0");
    assertThat(line.path("ledger").stringValue()).isEqualTo("free");
    assertThat(line.path("requested_model").stringValue()).isEqualTo(Ask.OPUS);
    assertThat(STAGE.store().records(user)).isEmpty();
    assertThat(STAGE.store().document(user)).doesNotContainKey("gw");
  }

  @Test
  @DisplayName("V10: an SDK counts tokens")
  void sdkCountsTokens() {
    Store.User user = STAGE.store().newUser(10, 10);

    long tokens =
        Sdk.anthropic(STAGE.chat().url(), user.key())
            .messages()
            .countTokens(
                MessageCountTokensParams.builder()
                    .model(Ask.SONNET)
                    .addUserMessage("How many tokens is this?")
                    .build())
            .inputTokens();

    assertThat(tokens).isPositive();
  }

  @Test
  @DisplayName("a user sees the balance that pays here, and what requests under way hold of it")
  void ownAccount() throws Exception {
    Store.User user = STAGE.store().newUser(5, 10);
    try {
      STAGE.upstream().follow(Script.always(new Behaviour.Hangs()));
      var pending =
          Http.sendAsync(
              Http.request(
                  STAGE.chat(), Api.ANTHROPIC_MESSAGES, user.key(), Ask.answer(Ask.SONNET)),
              HttpResponse.BodyHandlers.ofString());
      eventuallyPasses(() -> {
        JsonNode account = PriceParityIT.own(STAGE.chat(), user, "/v1/me");
        JsonNode credit = account.path("credits").path(0);
        assertThat(account.path("credits")).hasSize(1);
        assertThat(credit.path("credit_field").stringValue()).isEqualTo("creditsNew");
        assertThat(credit.path("balance").stringValue()).isEqualTo("10");
        assertThat(credit.path("held").stringValue()).isNotEqualTo("0");
        assertThat(account.at("/usage/requests_in_progress").intValue()).isEqualTo(1);
      });
      JsonNode list = PriceParityIT.own(STAGE.chat(), user, "/v1/me/requests");
      assertThat(list.path("data").path(0).path("status").stringValue()).isEqualTo("in_progress");
      String id = list.path("data").path(0).path("id").stringValue();
      assertThat(
              PriceParityIT.own(STAGE.chat(), user, "/v1/me/requests/" + id)
                  .path("status")
                  .stringValue())
          .isEqualTo("in_progress");
      pending.cancel(true);
    } finally {
      STAGE.upstream().follow(Script.always(Behaviour.answers()));
    }
    assertThat(
            PriceParityIT.own(STAGE.chat2(), user, "/v1/me")
                .path("credits")
                .path(0)
                .path("credit_field")
                .stringValue())
        .isEqualTo("credits");
  }

  @Test
  @DisplayName("a user sees own requests only, newest first, and what each of them cost")
  void ownRequests() throws Exception {
    Store.User user = STAGE.store().newUser(10, 10);
    Store.User other = STAGE.store().newUser(10, 10);
    String first = Http.requestId(Http.post(STAGE.chat(), user.key(), Ask.answer(Ask.SONNET)));
    String second = Http.requestId(Http.post(STAGE.chat(), user.key(), Ask.stream(Ask.HAIKU)));

    eventuallyPasses(() -> {
      JsonNode list = PriceParityIT.own(STAGE.chat(), user, "/v1/me/requests?limit=1");
      JsonNode latest = list.path("data").path(0);
      assertThat(latest.path("id").stringValue()).isEqualTo(second);
      assertThat(latest.path("status").stringValue()).isEqualTo("settled");
      assertThat(list.path("has_more").booleanValue()).isTrue();
      JsonNode next =
          PriceParityIT.own(STAGE.chat(), user, "/v1/me/requests?limit=1&before=" + second);
      assertThat(next.path("data").path(0).path("id").stringValue()).isEqualTo(first);
      assertThat(next.path("has_more").booleanValue()).isFalse();
    });
    Trace trace = Trace.of(STAGE.chat(), STAGE.store(), first);
    JsonNode seen = PriceParityIT.own(STAGE.chat(), user, "/v1/me/requests/" + first);
    assertThat(seen.path("cost").stringValue())
        .isEqualTo(trace.line().path("cost_usd").stringValue());

    HttpResponse<String> others = Http.get(STAGE.chat(), "/v1/me/requests/" + first, other.key());
    Errors.assertTold(others, 404, "not_found_error", "request_not_found");
    assertThat(PriceParityIT.own(STAGE.chat(), other, "/v1/me/requests").path("data")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "DELETE, /v1/models, 'GET, HEAD'",
    "POST, /pricing, 'GET, HEAD'",
    "PUT, /v1/messages, POST",
    "GET, /v1/messages/count_tokens, POST",
    "OPTIONS, /v1/me, 'GET, HEAD'"
  })
  @DisplayName("R2: a method that is not served is told which are")
  void otherMethods(String method, String path, String allowed) throws Exception {
    HttpResponse<String> answer =
        Http.send(
            HttpRequest.newBuilder(STAGE.chat().url().resolve(path))
                .method(method, BodyPublishers.noBody()));

    Errors.assertTold(answer, 405, "invalid_request_error", "method_not_allowed");
    assertThat(answer.headers().firstValue("allow")).contains(allowed);
  }
}
