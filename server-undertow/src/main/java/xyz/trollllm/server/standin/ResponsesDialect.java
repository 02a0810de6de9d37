package xyz.trollllm.server.standin;

import java.util.ArrayList;
import java.util.List;
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
        request.path("reasoning").isObject() ? Asked.Thinking.FIRST : Asked.Thinking.NONE,
        toolsToCall(request, last(input)),
        1,
        meter.fingerprint(),
        false);
  }

  private static JsonNode last(JsonNode input) {
    return input.path(input.size() - 1);
  }

  private static List<String> toolsToCall(JsonNode request, JsonNode last) {
    boolean forbidden = request.path("tool_choice").asString("").equals("none");
    boolean answersTool = last.path("type").asString("").endsWith("_call_output");
    if (forbidden || answersTool) {
      return List.of();
    }
    boolean parallel = request.path("parallel_tool_calls").asBoolean(true);
    return Json.toolNames(request, "/name", parallel ? Asked.CALLS_AT_ONCE : 1);
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
    for (int index = 0; index < answer.parts().size(); index++) {
      Part part = answer.parts().get(index);
      ObjectNode item = item(asked, part);
      events.add("response.output_item.added").put("output_index", index).set("item", start(item));
      addPieces(events, item, part, index);
      events.add("response.output_item.done").put("output_index", index).set("item", item);
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

  private static void addPieces(Events events, ObjectNode item, Part part, int index) {
    switch (part) {
      case Part.Thinking(List<String> words) -> {
        JsonNode whole = item.at("/summary/0");
        String what = "response.reasoning_summary_";
        about(events.add(what + "part.added"), item, index).set("part", withoutText(whole));
        for (String word : words) {
          about(events.add(what + "text.delta"), item, index).put("delta", word);
        }
        about(events.add(what + "text.done"), item, index).set("text", whole.path("text"));
        about(events.add(what + "part.done"), item, index).set("part", whole);
      }
      case Part.Text(List<String> words) -> {
        JsonNode whole = item.at("/content/0");
        about(events.add("response.content_part.added"), item, index)
            .set("part", withoutText(whole));
        for (String word : words) {
          about(events.add("response.output_text.delta"), item, index).put("delta", word);
        }
        about(events.add("response.output_text.done"), item, index).set("text", whole.path("text"));
        about(events.add("response.content_part.done"), item, index).set("part", whole);
      }
      case Part.ToolCall _ -> {
        String what = "response.function_call_arguments.";
        for (String piece : Json.fragments(Part.ToolCall.INPUT)) {
          about(events.add(what + "delta"), item, index).put("delta", piece);
        }
        about(events.add(what + "done"), item, index).put("arguments", Part.ToolCall.INPUT);
      }
    }
  }

  /** Says which item, and which part of it, an event is about. */
  private static ObjectNode about(ObjectNode event, ObjectNode item, int index) {
    event.put("item_id", item.path("id").asString()).put("output_index", index);
    return switch (item.path("type").asString()) {
      case "reasoning" -> event.put("summary_index", 0);
      case "message" -> event.put("content_index", 0);
      default -> event;
    };
  }

  private static ObjectNode withoutText(JsonNode part) {
    return ((ObjectNode) part.deepCopy()).put("text", "");
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
    answer.parts().forEach(part -> output.add(item(asked, part)));
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

  private static ObjectNode item(Asked asked, Part part) {
    return switch (part) {
      case Part.Thinking(List<String> words) -> {
        ObjectNode reasoning = item(asked, "reasoning", "rs_");
        ObjectNode summary = reasoning.putArray("summary").addObject().put("type", "summary_text");
        summary.put("text", String.join("", words));
        yield reasoning;
      }
      case Part.Text(List<String> words) -> {
        ObjectNode message = item(asked, "message", "msg_").put("role", "assistant");
        ObjectNode text = message.putArray("content").addObject().put("type", "output_text");
        text.put("text", String.join("", words)).putArray("annotations");
        yield message;
      }
      case Part.ToolCall call ->
          item(asked, "function_call", "fc_" + call.number())
              .put("call_id", "call_" + asked.fingerprint() + call.number())
              .put("name", call.tool())
              .put("arguments", Part.ToolCall.INPUT);
    };
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
