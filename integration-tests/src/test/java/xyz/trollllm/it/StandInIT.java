package xyz.trollllm.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.anthropic.client.AnthropicClient;
import com.anthropic.errors.BadRequestException;
import com.anthropic.errors.UnauthorizedException;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.StopReason;
import com.anthropic.models.messages.Tool;
import com.openai.client.OpenAIClient;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import xyz.trollllm.server.standin.StandInUpstream;

/** The stand-in is an upstream to the makers' own clients. */
class StandInIT {
  private static final StandInUpstream STAND_IN = StandInUpstream.start();

  private final AnthropicClient anthropic = Sdk.anthropic(STAND_IN.url(), StandInUpstream.KEY);
  private final OpenAIClient openAi = Sdk.openAi(STAND_IN.url(), StandInUpstream.KEY);

  @AfterAll
  static void stop() {
    STAND_IN.close();
  }

  @Test
  void anthropicClientReadsAnAnswer() {
    Message message = anthropic.messages().create(Sdk.message("claude-sonnet-4-5").build());

    assertThat(Sdk.text(message)).startsWith("This answer");
    assertThat(message.usage().inputTokens()).isEqualTo(9);
    assertThat(message.usage().outputTokens()).isEqualTo(20);
    assertThat(message.stopReason()).contains(StopReason.END_TURN);
  }

  @Test
  void anthropicClientReadsTheSameAsAStream() {
    Message whole = anthropic.messages().create(Sdk.message("claude-sonnet-4-5").build());
    Message streamed = Sdk.streamed(anthropic, Sdk.message("claude-sonnet-4-5").build());

    assertThat(Sdk.text(streamed)).isEqualTo(Sdk.text(whole));
    assertThat(streamed.usage().inputTokens()).isEqualTo(whole.usage().inputTokens());
    assertThat(streamed.usage().outputTokens()).isEqualTo(whole.usage().outputTokens());
  }

  @Test
  void anthropicClientReadsThinkingAndToolCalls() {
    Message message =
        Sdk.streamed(
            anthropic,
            Sdk.message("claude-sonnet-4-5")
                .maxTokens(2_000)
                .enabledThinking(1_024)
                .addTool(
                    Tool.builder()
                        .name("get_weather")
                        .inputSchema(Tool.InputSchema.builder().build())
                        .build())
                .build());

    assertThat(message.content().getFirst().isThinking()).isTrue();
    assertThat(message.content().getLast().asToolUse().name()).isEqualTo("get_weather");
    assertThat(message.stopReason()).contains(StopReason.TOOL_USE);
  }

  @Test
  void anthropicClientUnderstandsErrors() {
    AnthropicClient stranger = Sdk.anthropic(STAND_IN.url(), "sk-unknown");

    assertThatThrownBy(() -> stranger.messages().create(Sdk.message("m").build()))
        .isInstanceOf(UnauthorizedException.class)
        .hasMessageContaining("invalid x-api-key");
    assertThatThrownBy(() -> anthropic.messages().create(Sdk.message("m").maxTokens(-1).build()))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("max_tokens");
  }

  @Test
  void openAiClientReadsAnAnswer() {
    ChatCompletion completion =
        openAi.chat().completions().create(Sdk.chat("claude-sonnet-4-5").build());

    assertThat(completion.choices().getFirst().message().content().orElse(""))
        .startsWith("This answer");
    assertThat(completion.usage().orElseThrow().promptTokens()).isEqualTo(9);
    assertThat(completion.usage().orElseThrow().completionTokens()).isEqualTo(20);
  }

  @Test
  void openAiClientReadsAStreamWithUsageOnlyIfItAsks() {
    var request = Sdk.chat("claude-sonnet-4-5");
    List<ChatCompletionChunk> without = Sdk.streamed(openAi, request.build());
    List<ChatCompletionChunk> with =
        Sdk.streamed(
            openAi,
            request
                .streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build())
                .build());

    assertThat(Sdk.text(without)).startsWith("This answer").isEqualTo(Sdk.text(with));
    assertThat(without).allMatch(chunk -> chunk.usage().isEmpty());
    assertThat(with.getLast().usage().orElseThrow().completionTokens()).isEqualTo(20);
  }
}
