package xyz.trollllm.server.standin;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import xyz.trollllm.billing.TokenCounts;

/** Anthropic's Messages API. */
final class AnthropicDialect implements Dialect {
  /** The tokens of a request's prompt: all that counting them needs. */
  static TokenCounts promptTokens(JsonNode request) {
    return meter(request).tokens();
  }

  private static PromptMeter meter(JsonNode request) {
    PromptMeter meter = new PromptMeter();
    request.path("tools").forEach(meter::addBlock);
    meter.addContent(request.path("system"));
    Json.requiredMessages(request).forEach(message -> meter.addContent(message.path("content")));
    return meter;
  }

  @Override
  public Asked read(JsonNode request) {
    String model = Json.requiredText(request, "model");
    PromptMeter meter = meter(request);
    MessagesHistory.check(request);
    long maxTokens =
        Json.limit(request, "max_tokens")
            .orElseThrow(() -> new InvalidRequestException("max_tokens: Field required"));
    return new Asked(
        model,
        request.path("stream").asBoolean(false),
        true,
        meter.tokens(),
        maxTokens,
        Json.wordsWanted(request),
        thinking(request.path("thinking").path("type").asString("")),
        toolsToCall(request),
        1,
        meter.fingerprint(),
        false);
  }

  /** Who may decide how much to think may do so between blocks, too. */
  private static Asked.Thinking thinking(String type) {
    return switch (type) {
      case "enabled" -> Asked.Thinking.FIRST;
      case "adaptive" -> Asked.Thinking.INTERLEAVED;
      default -> Asked.Thinking.NONE;
    };
  }

  private static List<String> toolsToCall(JsonNode request) {
    JsonNode choice = request.path("tool_choice");
    boolean forbidden = choice.path("type").asString("").equals("none");
    boolean answersTool = Json.lastMessage(request).toString().contains("\"tool_result\"");
    if (forbidden || answersTool) {
      return List.of();
    }
    boolean one = choice.path("disable_parallel_tool_use").asBoolean(false);
    return Json.toolNames(request, "/name", one ? 1 : Asked.CALLS_AT_ONCE);
  }

  @Override
  public byte[] json(Asked asked, Answer answer) {
    ObjectNode message = message(asked);
    ArrayNode content = message.putArray("content");
    answer.parts().forEach(part -> content.add(block(asked, part)));
    message.put("stop_reason", stopReason(answer.stop())).putNull("stop_sequence");
    ObjectNode usage = inputUsage(asked.prompt());
    withCacheLifetimes(usage, asked.prompt());
    withOutput(usage, answer).put("service_tier", "standard");
    message.set("usage", usage);
    return Json.bytes(message);
  }

  @Override
  public List<byte[]> events(Asked asked, Answer answer) {
    List<byte[]> events = new ArrayList<>();
    events.add(messageStart(asked, answer));
    events.add(Json.event("ping", typed("ping")));
    for (int index = 0; index < answer.parts().size(); index++) {
      addBlock(events, index, asked, answer.parts().get(index));
    }
    events.add(messageDelta(asked, answer));
    events.add(Json.event("message_stop", typed("message_stop")));
    return events;
  }

  /** A block as a whole. */
  private static ObjectNode block(Asked asked, Part part) {
    return switch (part) {
      case Part.Thinking(List<String> words) -> {
        String text = String.join("", words);
        yield thinkingBlock(text, MessagesHistory.signature(text));
      }
      case Part.Text(List<String> words) -> textBlock(String.join("", words));
      case Part.ToolCall call -> toolBlock(asked, call, Json.parse(Part.ToolCall.INPUT));
    };
  }

  /** A block in the pieces in which it is streamed. */
  private static void addBlock(List<byte[]> events, int index, Asked asked, Part part) {
    switch (part) {
      case Part.Thinking(List<String> words) -> {
        events.add(blockStart(index, thinkingBlock("", "")));
        words.forEach(word -> events.add(delta(index, "thinking_delta", "thinking", word)));
        String signature = MessagesHistory.signature(String.join("", words));
        events.add(delta(index, "signature_delta", "signature", signature));
      }
      case Part.Text(List<String> words) -> {
        events.add(blockStart(index, textBlock("")));
        words.forEach(word -> events.add(delta(index, "text_delta", "text", word)));
      }
      case Part.ToolCall call -> {
        events.add(blockStart(index, toolBlock(asked, call, Json.object())));
        // The first piece is empty, as the real one is.
        events.add(delta(index, "input_json_delta", "partial_json", ""));
        Json.fragments(Part.ToolCall.INPUT)
            .forEach(piece -> events.add(delta(index, "input_json_delta", "partial_json", piece)));
      }
    }
    events.add(blockStop(index));
  }

  private static byte[] messageStart(Asked asked, Answer answer) {
    ObjectNode message = message(asked);
    message.putArray("content");
    message.putNull("stop_reason").putNull("stop_sequence");
    ObjectNode usage = inputUsage(asked.prompt());
    withCacheLifetimes(usage, asked.prompt());
    usage.put("output_tokens", Math.min(1, answer.tokens())).put("service_tier", "standard");
    message.set("usage", usage);
    ObjectNode start = typed("message_start");
    start.set("message", message);
    return Json.event("message_start", start);
  }

  private static byte[] blockStart(int index, ObjectNode block) {
    ObjectNode start = typed("content_block_start").put("index", index);
    start.set("content_block", block);
    return Json.event("content_block_start", start);
  }

  private static byte[] delta(int index, String type, String field, String text) {
    ObjectNode delta = typed("content_block_delta").put("index", index);
    delta.putObject("delta").put("type", type).put(field, text);
    return Json.event("content_block_delta", delta);
  }

  private static byte[] blockStop(int index) {
    return Json.event("content_block_stop", typed("content_block_stop").put("index", index));
  }

  /** The end's usage is cumulative: input as at the start, output in full. */
  private static byte[] messageDelta(Asked asked, Answer answer) {
    ObjectNode delta = typed("message_delta");
    delta.putObject("delta").put("stop_reason", stopReason(answer.stop())).putNull("stop_sequence");
    delta.set("usage", withOutput(inputUsage(asked.prompt()), answer));
    return Json.event("message_delta", delta);
  }

  private static ObjectNode message(Asked asked) {
    return Json.object()
        .put("id", "msg_" + asked.fingerprint())
        .put("type", "message")
        .put("role", "assistant")
        .put("model", asked.model());
  }

  private static ObjectNode thinkingBlock(String text, String signature) {
    return typed("thinking").put("thinking", text).put("signature", signature);
  }

  private static ObjectNode textBlock(String text) {
    return typed("text").put("text", text);
  }

  private static ObjectNode toolBlock(Asked asked, Part.ToolCall call, JsonNode input) {
    String id = "toolu_" + asked.fingerprint() + call.number();
    ObjectNode block = typed("tool_use").put("id", id).put("name", call.tool());
    block.set("input", input);
    return block;
  }

  private static ObjectNode typed(String type) {
    return Json.object().put("type", type);
  }

  private static String stopReason(Answer.Stop stop) {
    return switch (stop) {
      case END -> "end_turn";
      case LENGTH -> "max_tokens";
      case TOOL -> "tool_use";
    };
  }

  private static ObjectNode inputUsage(TokenCounts prompt) {
    return Json.object()
        .put("input_tokens", prompt.input())
        .put("cache_creation_input_tokens", prompt.cacheWrite())
        .put("cache_read_input_tokens", prompt.cacheHit());
  }

  private static void withCacheLifetimes(ObjectNode usage, TokenCounts prompt) {
    usage
        .putObject("cache_creation")
        .put("ephemeral_5m_input_tokens", prompt.cacheWrite5m())
        .put("ephemeral_1h_input_tokens", prompt.cacheWrite1h());
  }

  private static ObjectNode withOutput(ObjectNode usage, Answer answer) {
    usage.put("output_tokens", answer.tokens());
    if (!answer.thinking().isEmpty()) {
      usage.putObject("output_tokens_details").put("thinking_tokens", answer.thinking().size());
    }
    return usage;
  }

  @Override
  public byte[] error(int status, String message, String requestId) {
    ObjectNode error = typed("error");
    error.putObject("error").put("type", errorType(status)).put("message", message);
    error.put("request_id", requestId);
    return Json.bytes(error);
  }

  private static String errorType(int status) {
    return switch (status) {
      case 401 -> "authentication_error";
      case 402 -> "billing_error";
      case 403 -> "permission_error";
      case 404 -> "not_found_error";
      case 413 -> "request_too_large";
      case 429 -> "rate_limit_error";
      case 504 -> "timeout_error";
      case 529 -> "overloaded_error";
      default -> status < 500 ? "invalid_request_error" : "api_error";
    };
  }

  @Override
  public String unknownKey() {
    return "invalid x-api-key";
  }

  @Override
  public String unknownModel(String model) {
    return "model: " + model;
  }
}
