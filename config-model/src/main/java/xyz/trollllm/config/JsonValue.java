package xyz.trollllm.config;

import java.util.List;
import java.util.Map;

/**
 * A JSON value as it was written: a number stays text, so that no price ever passes through binary
 * floating point and no exponent is expanded before it was checked.
 */
sealed interface JsonValue {
  /** Members in the order of the file; of a key written twice, the first. */
  record JsonObject(Map<String, JsonValue> members) implements JsonValue {}

  record JsonArray(List<JsonValue> items) implements JsonValue {}

  record JsonString(String text) implements JsonValue {}

  record JsonNumber(String written) implements JsonValue {}

  record JsonBoolean(boolean isTrue) implements JsonValue {}

  record JsonNull() implements JsonValue {}

  /** The value as a message shows it: short, on one line. */
  default String described() {
    return switch (this) {
      case JsonObject(var members) -> members.isEmpty() ? "an empty object" : "an object";
      case JsonArray(var items) -> items.isEmpty() ? "an empty array" : "an array";
      case JsonString(String text) -> Quoted.of(text);
      case JsonNumber(String written) -> Quoted.shortened(written);
      case JsonBoolean(boolean isTrue) -> String.valueOf(isTrue);
      case JsonNull() -> "null";
    };
  }
}
