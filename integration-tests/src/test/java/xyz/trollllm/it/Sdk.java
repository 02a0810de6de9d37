package xyz.trollllm.it;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.http.StreamResponse;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.RawMessageStreamEvent;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import java.net.URI;
import java.util.List;

/** The makers' own clients, pointed at a URL the way users do it. They never retry here. */
final class Sdk {
  private Sdk() {}

  static AnthropicClient anthropic(URI server, String key) {
    return AnthropicOkHttpClient.builder()
        .baseUrl(server.toString())
        .apiKey(key)
        .maxRetries(0)
        .build();
  }

  static OpenAIClient openAi(URI server, String key) {
    return OpenAIOkHttpClient.builder()
        .baseUrl(server.resolve("/v1").toString())
        .apiKey(key)
        .maxRetries(0)
        .build();
  }

  static MessageCreateParams.Builder message(String model) {
    return MessageCreateParams.builder()
        .model(model)
        .maxTokens(200)
        .addUserMessage("Tell me in 20 words what you are.");
  }

  static ChatCompletionCreateParams.Builder chat(String model) {
    return ChatCompletionCreateParams.builder()
        .model(model)
        .maxCompletionTokens(200)
        .addUserMessage("Tell me in 20 words what you are.");
  }

  /** Streams an answer and puts it together. */
  static Message streamed(AnthropicClient client, MessageCreateParams request) {
    MessageAccumulator whole = MessageAccumulator.create();
    try (StreamResponse<RawMessageStreamEvent> events =
        client.messages().createStreaming(request)) {
      events.stream().forEach(whole::accumulate);
    }
    return whole.message();
  }

  static List<ChatCompletionChunk> streamed(
      OpenAIClient client, ChatCompletionCreateParams request) {
    try (var chunks = client.chat().completions().createStreaming(request)) {
      return chunks.stream().toList();
    }
  }

  static String text(Message message) {
    StringBuilder text = new StringBuilder();
    message.content().forEach(block -> block.text().ifPresent(part -> text.append(part.text())));
    return text.toString();
  }

  static String text(List<ChatCompletionChunk> chunks) {
    StringBuilder text = new StringBuilder();
    chunks.forEach(chunk ->
        chunk.choices().forEach(choice -> choice.delta().content().ifPresent(text::append)));
    return text.toString();
  }
}
