package xyz.trollllm.proxy.wire;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** Tells answers of the Messages API's token count from error pages and other misunderstandings. */
public final class TokenCountAnswer {
  private static final JsonFactory JSON = new JsonFactory();

  private TokenCountAnswer() {}

  /** Whether {@code body} is a JSON object with a whole number as {@code input_tokens}. */
  public static boolean isOne(byte[] body) {
    try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), body)) {
      boolean found = false;
      if (json.nextToken() != JsonToken.START_OBJECT) {
        return false;
      }
      for (String key = json.nextName(); key != null; key = json.nextName()) {
        JsonToken value = json.nextToken();
        found |= key.equals("input_tokens") && value == JsonToken.VALUE_NUMBER_INT;
        json.skipChildren();
      }
      return found && json.nextToken() == null;
    } catch (JacksonException notJson) {
      return false;
    }
  }
}
