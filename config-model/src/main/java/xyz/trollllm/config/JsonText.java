package xyz.trollllm.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import xyz.trollllm.config.JsonValue.JsonArray;
import xyz.trollllm.config.JsonValue.JsonBoolean;
import xyz.trollllm.config.JsonValue.JsonNull;
import xyz.trollllm.config.JsonValue.JsonNumber;
import xyz.trollllm.config.JsonValue.JsonObject;
import xyz.trollllm.config.JsonValue.JsonString;

/**
 * Turns text into a {@link JsonValue}. A key written twice is a problem of its own, noted with its
 * line, so that the rest of the file can still be checked. One per text, used by one thread.
 */
final class JsonText {
  private static final JsonFactory JSON = new JsonFactory();
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private final JsonParser parser;
  private final Problems problems;

  private JsonText(JsonParser parser, Problems problems) {
    this.parser = parser;
    this.problems = problems;
  }

  /** Returns the one value that {@code text} is, or notes why it is none. */
  static Optional<JsonValue> parse(String text, Problems problems) {
    String json = text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
    try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), json)) {
      return new JsonText(parser, problems).onlyValue();
    } catch (JacksonException e) {
      // The parser gives no place where one of its own limits was exceeded.
      String place = e.getLocation() == null ? "$" : place(e.getLocation());
      problems.error(place, "is not valid JSON: " + firstLine(e));
      return Optional.empty();
    }
  }

  private Optional<JsonValue> onlyValue() {
    JsonToken first = parser.nextToken();
    if (first == null) {
      problems.error("$", "is empty, must be a JSON object");
      return Optional.empty();
    }
    JsonValue value = value(first, "$");
    if (parser.nextToken() != null) {
      problems.error(place(parser.currentTokenLocation()), "nothing may follow the JSON object");
    }
    return Optional.of(value);
  }

  private JsonValue value(JsonToken token, String path) {
    return switch (token) {
      case START_OBJECT -> object(path);
      case START_ARRAY -> array(path);
      case VALUE_STRING -> new JsonString(parser.getString());
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new JsonNumber(parser.getString());
      case VALUE_TRUE -> new JsonBoolean(true);
      case VALUE_FALSE -> new JsonBoolean(false);
      case VALUE_NULL -> new JsonNull();
      case NOT_AVAILABLE, END_OBJECT, END_ARRAY, PROPERTY_NAME, VALUE_EMBEDDED_OBJECT ->
          throw new IllegalStateException("unexpected token " + token);
    };
  }

  private JsonObject object(String path) {
    Map<String, JsonValue> members = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      String memberPath = JsonPath.member(path, key);
      String place = place(parser.currentTokenLocation());
      JsonValue value = value(parser.nextToken(), memberPath);
      if (members.putIfAbsent(key, value) != null && !ConfigSection.isComment(key)) {
        problems.error(memberPath, "is written twice, the second time on " + place);
      }
    }
    return new JsonObject(members);
  }

  private JsonArray array(String path) {
    List<JsonValue> items = new ArrayList<>();
    JsonToken token = parser.nextToken();
    while (token != JsonToken.END_ARRAY) {
      items.add(value(token, JsonPath.item(path, items.size())));
      token = parser.nextToken();
    }
    return new JsonArray(items);
  }

  private static String place(TokenStreamLocation location) {
    return "line " + location.getLineNr() + ", column " + location.getColumnNr();
  }

  private static String firstLine(JacksonException e) {
    return e.getOriginalMessage().lines().findFirst().orElse("");
  }
}
