package xyz.trollllm.server.standin;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What all dialects read and write alike. */
final class Json {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final int FRAGMENT = 8;
  private static final Pattern WORDS_WANTED = Pattern.compile("(\\d{1,6}) words?");

  private Json() {}

  static JsonNode parse(byte[] body) {
    return MAPPER.readTree(body);
  }

  static JsonNode parse(String text) {
    return MAPPER.readTree(text);
  }

  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  static byte[] bytes(JsonNode node) {
    return MAPPER.writeValueAsBytes(node);
  }

  static byte[] event(String name, JsonNode data) {
    return ("event: " + name + "\ndata: " + MAPPER.writeValueAsString(data) + "\n\n")
        .getBytes(UTF_8);
  }

  static byte[] event(JsonNode data) {
    return ("data: " + MAPPER.writeValueAsString(data) + "\n\n").getBytes(UTF_8);
  }

  static String requiredText(JsonNode request, String name) {
    JsonNode value = request.path(name);
    if (!value.isString()) {
      throw new InvalidRequestException(name + ": Field required");
    }
    return value.stringValue();
  }

  static JsonNode requiredMessages(JsonNode request) {
    JsonNode messages = request.path("messages");
    if (!messages.isArray() || messages.isEmpty()) {
      throw new InvalidRequestException("messages: at least one message is required");
    }
    return messages;
  }

  /** A limit of tokens, if the request sets one under this name. */
  static OptionalLong limit(JsonNode request, String name) {
    JsonNode value = request.path(name);
    if (value.isMissingNode() || value.isNull()) {
      return OptionalLong.empty();
    }
    if (!value.isIntegralNumber() || value.longValue() < 0) {
      throw new InvalidRequestException(name + ": Input should be a valid integer");
    }
    return OptionalLong.of(value.longValue());
  }

  static JsonNode lastMessage(JsonNode request) {
    JsonNode messages = request.path("messages");
    return messages.path(messages.size() - 1);
  }

  /** The names of the first {@code most} tools offered, which stand at {@code pointer} of each. */
  static List<String> toolNames(JsonNode request, String pointer, int most) {
    return request
        .path("tools")
        .valueStream()
        .limit(most)
        .map(tool -> tool.at(pointer).asString("tool"))
        .toList();
  }

  /** The pieces in which JSON inside of JSON is streamed. */
  static List<String> fragments(String text) {
    List<String> fragments = new ArrayList<>();
    for (int from = 0; from < text.length(); from += FRAGMENT) {
      fragments.add(text.substring(from, Math.min(from + FRAGMENT, text.length())));
    }
    return fragments;
  }

  /** How many words the last message asks for. */
  static int wordsWanted(JsonNode request) {
    return wordsWantedIn(lastMessage(request).path("content"));
  }

  static int wordsWantedIn(JsonNode content) {
    Matcher matcher = WORDS_WANTED.matcher(content.toString());
    return matcher.find() ? Integer.parseInt(matcher.group(1)) : Answer.USUAL_WORDS;
  }
}
