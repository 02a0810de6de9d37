package xyz.trollllm.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static xyz.trollllm.it.Eventually.eventually;

import com.anthropic.client.AnthropicClient;
import com.anthropic.errors.AnthropicServiceException;
import com.anthropic.errors.UnauthorizedException;
import com.anthropic.models.messages.Message;
import com.openai.client.OpenAIClient;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import xyz.trollllm.server.standin.StandInUpstream;

/** The makers' own clients work through both instances, and each pays from its own field. */
class SdkIT {
  private static final String SONNET = "claude-sonnet-4-5";

  /** 9 input tokens x 3 + 20 output tokens x 15 = 327 USD per million, x 1.06. */
  private static final String COST = "0.00034662";

  @RegisterExtension static final Stage STAGE = new Stage();

  /** The two instances and the fields they charge. */
  enum Endpoint {
    CHAT("creditsNew"),
    CHAT2("credits");

    final String field;

    Endpoint(String field) {
      this.field = field;
    }

    RunningGateway gateway() {
      return this == CHAT ? STAGE.chat() : STAGE.chat2();
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("R2, R3, B2: an Anthropic answer is relayed and charged to the endpoint's field")
  void anthropicAnswer(Endpoint endpoint) {
    Store.User user = STAGE.store().newUser(10, 10);

    Message message = anthropic(endpoint, user).messages().create(Sdk.message(SONNET).build());

    assertThat(Sdk.text(message)).startsWith("This answer");
    assertThat(message.usage().outputTokens()).isEqualTo(20);
    assertCharged(endpoint, user);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("R2, R3, B2: an Anthropic stream is relayed and charged to the endpoint's field")
  void anthropicStream(Endpoint endpoint) {
    Store.User user = STAGE.store().newUser(10, 10);
    AnthropicClient direct = Sdk.anthropic(STAGE.upstream().url(), StandInUpstream.KEY);

    Message message = Sdk.streamed(anthropic(endpoint, user), Sdk.message(SONNET).build());

    assertThat(Sdk.text(message))
        .isEqualTo(Sdk.text(Sdk.streamed(direct, Sdk.message(SONNET).build())));
    assertCharged(endpoint, user);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("B2: an OpenAI answer is relayed and charged to the endpoint's field")
  void openAiAnswer(Endpoint endpoint) {
    Store.User user = STAGE.store().newUser(10, 10);

    ChatCompletion completion =
        openAi(endpoint, user).chat().completions().create(Sdk.chat(SONNET).build());

    assertThat(completion.usage().orElseThrow().completionTokens()).isEqualTo(20);
    assertCharged(endpoint, user);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("B2: an OpenAI stream is charged although its client did not ask for usage")
  void openAiStream(Endpoint endpoint) {
    Store.User user = STAGE.store().newUser(10, 10);

    List<ChatCompletionChunk> chunks =
        Sdk.streamed(openAi(endpoint, user), Sdk.chat(SONNET).build());

    assertThat(Sdk.text(chunks)).startsWith("This answer");
    assertThat(chunks).allMatch(chunk -> chunk.usage().isEmpty());
    assertCharged(endpoint, user);
  }

  @Test
  @DisplayName("R6: one key works at both endpoints")
  void sameKeyAtBoth() {
    Store.User user = STAGE.store().newUser(10, 10);

    anthropic(Endpoint.CHAT, user).messages().create(Sdk.message(SONNET).build());
    anthropic(Endpoint.CHAT2, user).messages().create(Sdk.message(SONNET).build());

    assertThat(charge(Endpoint.CHAT, user).path("cost_usd").stringValue()).isEqualTo(COST);
    assertThat(charge(Endpoint.CHAT2, user).path("cost_usd").stringValue()).isEqualTo(COST);
  }

  @Test
  void strangersAndThePoorReachNoUpstream() {
    Store.User poor = STAGE.store().newUser(10, 0);
    int before = STAGE.upstream().served().size();

    assertThatThrownBy(() ->
            Sdk.anthropic(STAGE.chat().url(), "sk-unknown")
                .messages()
                .create(Sdk.message(SONNET).build()))
        .isInstanceOf(UnauthorizedException.class);
    assertThatThrownBy(
            () -> anthropic(Endpoint.CHAT, poor).messages().create(Sdk.message(SONNET).build()))
        .isInstanceOfSatisfying(
            AnthropicServiceException.class, e -> assertThat(e.statusCode()).isEqualTo(402));

    assertThat(STAGE.upstream().served()).hasSize(before);
  }

  private static AnthropicClient anthropic(Endpoint endpoint, Store.User user) {
    return Sdk.anthropic(endpoint.gateway().url(), user.key());
  }

  private static OpenAIClient openAi(Endpoint endpoint, Store.User user) {
    return Sdk.openAi(endpoint.gateway().url(), user.key());
  }

  /** The log names field and exact cost; that the money moved so is audited after each test. */
  private static void assertCharged(Endpoint endpoint, Store.User user) {
    JsonNode line = charge(endpoint, user);
    assertThat(line.path("credit_field").stringValue()).isEqualTo(endpoint.field);
    assertThat(line.path("cost_usd").stringValue()).isEqualTo(COST);
    assertThat(line.path("upstream").stringValue()).isEqualTo("openhands");
    assertThat(line.path("basis").stringValue()).isEqualTo("upstream");
  }

  private static JsonNode charge(Endpoint endpoint, Store.User user) {
    eventually(
        () -> logged(endpoint, user).size() == 1,
        () -> "not one line of this user: " + endpoint.gateway().output());
    return logged(endpoint, user).getFirst();
  }

  private static List<JsonNode> logged(Endpoint endpoint, Store.User user) {
    return endpoint.gateway().requestLog().stream()
        .filter(line -> line.path("user").asString("").equals(user.name()))
        .toList();
  }
}
