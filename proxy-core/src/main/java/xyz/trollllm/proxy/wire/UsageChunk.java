package xyz.trollllm.proxy.wire;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * What to take out of one event of an OpenAI stream, so that it reads as if nobody had asked for
 * usage: the {@code usage} member, or the whole event if usage is all it brings. OpenAI sends usage
 * with no choices at all, LiteLLM with a choice whose delta is empty (its issue 28735).
 *
 * <p>Events whose data is no JSON object stay as they are.
 */
final class UsageChunk {

  /** Bytes {@code from} (inclusive) to {@code to} (exclusive) of an event. */
  record Removal(int from, int to) {}

  private final JsonParser parser;
  private final List<Removal> members = new ArrayList<>();
  private boolean usage;
  private boolean substance;

  private UsageChunk(JsonParser parser) {
    this.parser = parser;
  }

  /** Returns what to remove of the first {@code length} bytes of {@code event}, in order. */
  static List<Removal> removals(byte[] event, int length) {
    EventData data = EventData.of(event, length);
    ByteBuffer json = data.json();
    if (!json.hasRemaining() || json.get(json.position()) != '{') {
      return List.of();
    }
    try (JsonParser parser = RequestReader.parser(json)) {
      UsageChunk chunk = new UsageChunk(parser);
      chunk.read();
      if (chunk.usage && !chunk.substance) {
        return List.of(new Removal(0, length));
      }
      return data.inEvent(chunk.members);
    } catch (JacksonException _) {
      return List.of();
    }
  }

  private void read() {
    int keptTo = -1; // where the last member that stays ends
    int pendingFrom = -1; // where members to remove begin that none that stays precedes
    int end = 0;
    parser.nextToken();
    for (String key = parser.nextName(); key != null; key = parser.nextName()) {
      int start = (int) parser.currentTokenLocation().getByteOffset();
      if (pendingFrom >= 0) {
        members.add(new Removal(pendingFrom, start)); // with the comma after it
        pendingFrom = -1;
      }
      parser.nextToken();
      member(key);
      end = (int) parser.currentLocation().getByteOffset();
      if (!key.equals("usage")) {
        keptTo = end;
      } else if (keptTo < 0) {
        pendingFrom = start;
      } else {
        members.add(new Removal(keptTo, end)); // with the comma before it
        keptTo = end;
      }
    }
    if (pendingFrom >= 0) {
      members.add(new Removal(pendingFrom, end));
    }
  }

  /** Reads the value at hand to its end. */
  private void member(String key) {
    switch (key) {
      case "usage" -> usage |= hasValue();
      case "error" -> substance |= hasValue();
      case "choices" -> {
        if (parser.currentToken() == JsonToken.START_ARRAY) {
          while (parser.nextToken() != JsonToken.END_ARRAY) {
            choice();
          }
        }
      }
      default -> hasValue();
    }
  }

  private void choice() {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      substance |= hasValue();
      return;
    }
    for (String key = parser.nextName(); key != null; key = parser.nextName()) {
      JsonToken value = parser.nextToken();
      if (key.equals("delta") && value == JsonToken.START_OBJECT) {
        delta();
      } else {
        substance |= hasValue() && !key.equals("index");
      }
    }
  }

  private void delta() {
    while (parser.nextName() != null) {
      parser.nextToken();
      substance |= hasValue();
    }
  }

  /** Reads the value at hand to its end; null, {@code ""}, {@code []} and {@code {}} are none. */
  private boolean hasValue() {
    JsonToken token = parser.currentToken();
    if (token == null || token == JsonToken.VALUE_NULL) {
      return false;
    }
    if (token == JsonToken.VALUE_STRING) {
      return parser.getStringLength() > 0;
    }
    return !token.isStructStart() || hasElements();
  }

  private boolean hasElements() {
    boolean any = false;
    int depth = 1;
    while (depth > 0) {
      JsonToken token = parser.nextToken();
      if (token.isStructStart()) {
        depth++;
      } else if (token.isStructEnd()) {
        depth--;
      }
      any |= depth > 0;
    }
    return any;
  }
}
