package xyz.trollllm.config;

import static java.util.stream.Collectors.joining;

import xyz.trollllm.config.JsonValue.JsonArray;
import xyz.trollllm.config.JsonValue.JsonBoolean;
import xyz.trollllm.config.JsonValue.JsonNull;
import xyz.trollllm.config.JsonValue.JsonNumber;
import xyz.trollllm.config.JsonValue.JsonObject;
import xyz.trollllm.config.JsonValue.JsonString;

/** Writes JSON that tests have changed. */
final class JsonWriter {
  private JsonWriter() {}

  static String write(JsonValue value) {
    return switch (value) {
      case JsonObject(var members) ->
          members.entrySet().stream()
              .map(member -> quoted(member.getKey()) + ":" + write(member.getValue()))
              .collect(joining(",", "{", "}"));
      case JsonArray(var items) ->
          items.stream().map(JsonWriter::write).collect(joining(",", "[", "]"));
      case JsonString(String text) -> quoted(text);
      case JsonNumber(String written) -> written;
      case JsonBoolean(boolean isTrue) -> String.valueOf(isTrue);
      case JsonNull() -> "null";
    };
  }

  private static String quoted(String text) {
    return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }
}
