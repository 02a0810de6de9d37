package xyz.trollllm.server.standin;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import xyz.trollllm.billing.TokenCounts;

/** OpenAI's Chat Completions API, with the cache fields that LiteLLM adds. */
final class ChatDialect extends OpenAiDialect {
  private static final byte[] DONE = "data: [DONE]\n\n".getBytes(UTF_8);
  private static final long CREATED = 1_700_000_000;

  @Override
  public Asked read(JsonNode request) {
    PromptMeter meter = new PromptMeter();
    String model = Json.requiredText(request, "model");
    request.path("tools").forEach(meter::addBlock);
    Json.requiredMessages(request).forEach(message -> meter.addContent(message.path("content")));
    ChatHistory.check(request);
    long maxTokens = Json.limit(request, "max_tokens").orElse(Long.MAX_VALUE);
    boolean thinks = !request.path("reasoning_effort").asString("none").equals("none");
    return new Asked(
        model,
        request.path("stream").asBoolean(false),
        request.path("stream_options").path("include_usage").asBoolean(false),
        meter.tokens(),
        Json.limit(request, "max_completion_tokens").orElse(maxTokens),
        Json.wordsWanted(request),
        thinks ? Asked.Thinking.FIRST : Asked.Thinking.NONE,
        toolsToCall(request),
        Math.max(1, request.path("n").asInt(1)),
        meter.fingerprint(),
        false);
  }

  private static List<String> toolsToCall(JsonNode request) {
    boolean forbidden = request.path("tool_choice").asString("").equals("none");
    boolean answersTool = Json.lastMessage(request).path("role").asString("").equals("tool");
    if (forbidden || answersTool) {
      return List.of();
    }
    boolean parallel = request.path("parallel_tool_calls").asBoolean(true);
    return Json.toolNames(request, "/function/name", parallel ? Asked.CALLS_AT_ONCE : 1);
  }

  @Override
  public byte[] json(Asked asked, Answer answer) {
    ObjectNode completion = envelope(asked, "chat.completion");
    for (int i = 0; i < asked.choices(); i++) {
      ObjectNode choice = completion.withArray("choices").addObject().put("index", i);
      ObjectNode message = choice.putObject("message").put("role", "assistant");
      message.putNull("content");
      answer.parts().forEach(part -> addTo(message, asked, part));
      choice.putNull("logprobs").put("finish_reason", finishReason(answer.stop()));
    }
    completion.set("usage", usage(asked, answer));
    return Json.bytes(completion);
  }

  /** A part as fields of a whole message. */
  private static void addTo(ObjectNode message, Asked asked, Part part) {
    switch (part) {
      case Part.Thinking(List<String> words) ->
          message.put("reasoning_content", String.join("", words));
      case Part.Text(List<String> words) -> message.put("content", String.join("", words));
      case Part.ToolCall call ->
          fill(message.withArray("tool_calls").addObject(), asked, call, Part.ToolCall.INPUT);
    }
  }

  /** A part in the pieces in which it is streamed. */
  private static List<ObjectNode> deltas(Asked asked, Part part) {
    return switch (part) {
      case Part.Thinking(List<String> words) ->
          words.stream().map(word -> Json.object().put("reasoning_content", word)).toList();
      case Part.Text(List<String> words) ->
          words.stream().map(word -> Json.object().put("content", word)).toList();
      case Part.ToolCall call -> {
        List<ObjectNode> deltas = new ArrayList<>();
        ObjectNode start = Json.object();
        ObjectNode begun = start.putArray("tool_calls").addObject().put("index", call.number());
        fill(begun, asked, call, "");
        deltas.add(start);
        for (String piece : Json.fragments(Part.ToolCall.INPUT)) {
          ObjectNode delta = Json.object();
          ObjectNode more = delta.putArray("tool_calls").addObject().put("index", call.number());
          more.putObject("function").put("arguments", piece);
          deltas.add(delta);
        }
        yield deltas;
      }
    };
  }

  private static void fill(ObjectNode target, Asked asked, Part.ToolCall call, String arguments) {
    target.put("id", "call_" + asked.fingerprint() + call.number()).put("type", "function");
    target.putObject("function").put("name", call.tool()).put("arguments", arguments);
  }

  @Override
  public List<byte[]> events(Asked asked, Answer answer) {
    List<byte[]> events = new ArrayList<>();
    for (int choice = 0; choice < asked.choices(); choice++) {
      addChoice(events, asked, answer, choice);
    }
    if (asked.includeUsage()) {
      ObjectNode chunk = envelope(asked, "chat.completion.chunk");
      chunk.putArray("choices");
      chunk.set("usage", usage(asked, answer));
      events.add(Json.event(chunk));
    }
    events.add(DONE);
    return events;
  }

  private static void addChoice(List<byte[]> events, Asked asked, Answer answer, int choice) {
    events.add(
        chunk(asked, choice, Json.object().put("role", "assistant").put("content", ""), null));
    for (Part part : answer.parts()) {
      for (ObjectNode delta : deltas(asked, part)) {
        events.add(chunk(asked, choice, delta, null));
      }
    }
    events.add(chunk(asked, choice, Json.object(), finishReason(answer.stop())));
  }

  private static byte[] chunk(
      Asked asked, int index, ObjectNode delta, @Nullable String finishReason) {
    ObjectNode chunk = envelope(asked, "chat.completion.chunk");
    ObjectNode choice = chunk.putArray("choices").addObject().put("index", index);
    choice.set("delta", delta);
    choice.put("finish_reason", finishReason);
    if (asked.includeUsage()) {
      chunk.putNull("usage");
    }
    return Json.event(chunk);
  }

  private static ObjectNode envelope(Asked asked, String object) {
    return Json.object()
        .put("id", "chatcmpl-" + asked.fingerprint())
        .put("object", object)
        .put("created", CREATED)
        .put("model", asked.model());
  }

  private static String finishReason(Answer.Stop stop) {
    return switch (stop) {
      case END -> "stop";
      case LENGTH -> "length";
      case TOOL -> "tool_calls";
    };
  }

  /** Prompt tokens include cached ones here, and every choice is an answer of its own. */
  private static ObjectNode usage(Asked asked, Answer answer) {
    TokenCounts prompt = asked.prompt();
    long completion = answer.tokens() * asked.choices();
    ObjectNode usage =
        Json.object()
            .put("prompt_tokens", prompt.totalInput())
            .put("completion_tokens", completion)
            .put("total_tokens", prompt.totalInput() + completion);
    usage.putObject("prompt_tokens_details").put("cached_tokens", prompt.cacheHit());
    usage
        .putObject("completion_tokens_details")
        .put("reasoning_tokens", answer.thinking().size() * asked.choices());
    if (prompt.cacheWrite() + prompt.cacheHit() > 0) {
      usage
          .put("cache_creation_input_tokens", prompt.cacheWrite())
          .put("cache_read_input_tokens", prompt.cacheHit());
      usage
          .withObject("prompt_tokens_details")
          .putObject("cache_creation_token_details")
          .put("ephemeral_5m_input_tokens", prompt.cacheWrite5m())
          .put("ephemeral_1h_input_tokens", prompt.cacheWrite1h());
    }
    return usage;
  }
}
