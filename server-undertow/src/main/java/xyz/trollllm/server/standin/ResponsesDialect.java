package xyz.trollllm.server.standin;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import xyz.trollllm.billing.TokenCounts;

/** OpenAI's Responses API. */
final class ResponsesDialect extends OpenAiDialect {
  private static final long CREATED = 1_700_000_000;

  @Override
  public Asked read(JsonNode request) {
    PromptMeter meter = new PromptMeter();
    String model = Json.requiredText(request, "model");
    JsonNode input = request.path("input");
    if (!input.isString() && !input.isArray()) {
      throw new InvalidRequestException("input: Field required");
    }
    request.path("tools").forEach(meter::addBlock);
    meter.addContent(request.path("instructions"));
    if (input.isString()) {
      meter.addContent(input);
    }
    for (JsonNode item : input) {
      if (item.has("content")) {
        meter.addContent(item.path("content"));
      } else {
        meter.addBlock(item);
      }
    }
    return new Asked(
        model,
        request.path("stream").asBoolean(false),
        true,
        meter.tokens(),
        Json.limit(request, "max_output_tokens").orElse(Long.MAX_VALUE),
        Json.wordsWantedIn(input.isString() ? input : last(input)),
        request.path("reasoning").isObject(),
        toolToCall(request, last(input)),
        1,
        meter.fingerprint());
  }

  private static JsonNode last(JsonNode input) {
    return input.path(input.size() - 1);
  }

  private static @Nullable String toolToCall(JsonNode request, JsonNode last) {
    JsonNode tool = request.path("tools").path(0);
    boolean forbidden = request.path("tool_choice").asString("").equals("none");
    boolean answersTool = last.path("type").asString("").endsWith("_call_output");
    return tool.isMissingNode() || forbidden || answersTool
        ? null
        : tool.path("name").asString("tool");
  }

  @Override
  public byte[] json(Asked asked, Answer answer) {
    return Json.bytes(response(asked, answer));
  }

  @Override
  public List<byte[]> events(Asked asked, Answer answer) {
    Events events = new Events();
    events.add("response.created").set("response", unfinished(asked));
    events.add("response.in_progress").set("response", unfinished(asked));
    int index = 0;
    for (ObjectNode item : output(asked, answer)) {
      events.add("response.output_item.added").put("output_index", index).set("item", start(item));
      addPieces(events, item, answer, index);
      events.add("response.output_item.done").put("output_index", index).set("item", item);
      index++;
    }
    String end = answer.stop() == Answer.Stop.LENGTH ? "incomplete" : "completed";
    events.add("response." + end).set("response", response(asked, answer));
    return events.framed();
  }

  /** An item as it is announced, before its content has come. */
  private static ObjectNode start(ObjectNode item) {
    ObjectNode start = item.deepCopy().put("status", "in_progress");
    if (start.has("content")) {
      start.putArray("content");
    }
    if (start.has("summary")) {
      start.putArray("summary");
    }
    if (start.has("arguments")) {
      start.put("arguments", "");
    }
    return start;
  }

  private static void addPieces(Events events, ObjectNode item, Answer answer, int index) {
    switch (item.path("type").asString()) {
      case "reasoning" ->
          answer
              .thinking()
              .forEach(word -> delta(events, "reasoning_summary_text", item, index, word));
      case "message" ->
          answer.text().forEach(word -> delta(events, "output_text", item, index, word));
      default -> delta(events, "function_call_arguments", item, index, Answer.TOOL_INPUT);
    }
  }

  private static void delta(Events events, String what, ObjectNode item, int index, String text) {
    events
        .add("response." + what + ".delta")
        .put("item_id", item.path("id").asString())
        .put("output_index", index)
        .put("content_index", 0)
        .put("delta", text);
  }

  private static ObjectNode unfinished(Asked asked) {
    ObjectNode response = envelope(asked, "in_progress");
    response.putArray("output");
    return response.putNull("usage");
  }

  private static ObjectNode response(Asked asked, Answer answer) {
    boolean cut = answer.stop() == Answer.Stop.LENGTH;
    ObjectNode response = envelope(asked, cut ? "incomplete" : "completed");
    if (cut) {
      response.putObject("incomplete_details").put("reason", "max_output_tokens");
    }
    ArrayNode output = response.putArray("output");
    output(asked, answer).forEach(output::add);
    response.set("usage", usage(asked, answer));
    return response;
  }

  private static ObjectNode envelope(Asked asked, String status) {
    ObjectNode response =
        Json.object()
            .put("id", "resp_" + asked.fingerprint())
            .put("object", "response")
            .put("created_at", CREATED)
            .put("status", status)
            .put("model", asked.model())
            .put("parallel_tool_calls", true)
            .put("tool_choice", "auto")
            .putNull("error")
            .putNull("incomplete_details");
    response.putArray("tools");
    return response;
  }

  private static List<ObjectNode> output(Asked asked, Answer answer) {
    List<ObjectNode> output = new ArrayList<>();
    if (!answer.thinking().isEmpty()) {
      ObjectNode reasoning = item(asked, "reasoning", "rs_");
      ObjectNode summary = reasoning.putArray("summary").addObject().put("type", "summary_text");
      summary.put("text", String.join("", answer.thinking()));
      output.add(reasoning);
    }
    if (!answer.text().isEmpty()) {
      ObjectNode message = item(asked, "message", "msg_").put("role", "assistant");
      ObjectNode part = message.putArray("content").addObject().put("type", "output_text");
      part.put("text", String.join("", answer.text())).putArray("annotations");
      output.add(message);
    }
    if (answer.tool() != null) {
      output.add(
          item(asked, "function_call", "fc_")
              .put("call_id", "call_" + asked.fingerprint())
              .put("name", answer.tool())
              .put("arguments", Answer.TOOL_INPUT));
    }
    return output;
  }

  private static ObjectNode item(Asked asked, String type, String prefix) {
    return Json.object()
        .put("id", prefix + asked.fingerprint())
        .put("type", type)
        .put("status", "completed");
  }

  /** Input tokens include cached ones here. */
  private static ObjectNode usage(Asked asked, Answer answer) {
    TokenCounts prompt = asked.prompt();
    ObjectNode usage =
        Json.object()
            .put("input_tokens", prompt.totalInput())
            .put("output_tokens", answer.tokens())
            .put("total_tokens", prompt.totalInput() + answer.tokens());
    usage
        .putObject("input_tokens_details")
        .put("cached_tokens", prompt.cacheHit())
        .put("cache_write_tokens", prompt.cacheWrite());
    usage.putObject("output_tokens_details").put("reasoning_tokens", answer.thinking().size());
    return usage;
  }

  /** Events in their order, which their numbers tell. */
  private static final class Events {
    private final List<ObjectNode> events = new ArrayList<>();

    ObjectNode add(String type) {
      ObjectNode event = Json.object().put("type", type).put("sequence_number", events.size());
      events.add(event);
      return event;
    }

    List<byte[]> framed() {
      return events.stream()
          .map(event -> Json.event(event.path("type").asString(), event))
          .toList();
    }
  }
}
