package xyz.trollllm.proxy.wire;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * Random usage objects as upstreams send them, as trees of maps: numbers, nulls, missing members,
 * zeros after numbers, sums that agree and sums that do not, and what is no count at all.
 */
final class RandomUsage {
  private final Random random;

  RandomUsage(Random random) {
    this.random = random;
  }

  /** Draws a member: often missing, sometimes null, zero or no count. */
  void member(Map<String, Object> object, String name, long bound) {
    switch (random.nextInt(12)) {
      case 0, 1, 2, 3 -> {}
      case 4 -> object.put(name, Null.NULL);
      case 5 -> object.put(name, 0L);
      case 6 -> object.put(name, junk());
      default -> object.put(name, random.nextLong(bound));
    }
  }

  private Object junk() {
    return switch (random.nextInt(5)) {
      case 0 -> -7L;
      case 1 -> "12";
      case 2 -> true;
      case 3 -> new Written("2.5");
      default -> new Written(random.nextBoolean() ? "40.0" : "4e1"); // is the count 40
    };
  }

  /** Anthropic's, as in {@code message_start}, {@code message_delta} or {@code message_stop}. */
  Map<String, Object> anthropic() {
    Map<String, Object> usage = new LinkedHashMap<>();
    member(usage, "input_tokens", 50);
    member(usage, "cache_creation_input_tokens", 30);
    member(usage, "cache_read_input_tokens", 30);
    member(usage, "output_tokens", 40);
    if (random.nextInt(3) == 0) {
      usage.put("cache_creation", split());
    }
    if (random.nextInt(4) == 0) {
      Map<String, Object> tools = new LinkedHashMap<>();
      member(tools, "web_search_requests", 5);
      member(tools, "web_fetch_requests", 5);
      usage.put("server_tool_use", tools);
    }
    return usage;
  }

  /** OpenAI's chat completions', with the members that LiteLLM and others add. */
  Map<String, Object> chat() {
    Map<String, Object> usage = new LinkedHashMap<>();
    member(usage, "prompt_tokens", 200);
    member(usage, "completion_tokens", 40);
    if (random.nextBoolean()) {
      member(usage, "cache_read_input_tokens", 60);
      member(usage, "cache_creation_input_tokens", 60);
    }
    if (random.nextInt(4) == 0) {
      member(usage, "cached_tokens", 60);
    }
    if (random.nextBoolean()) {
      Map<String, Object> details = new LinkedHashMap<>();
      member(details, "cached_tokens", 60);
      member(details, "cache_creation_tokens", 60);
      member(details, "cache_write_tokens", 60);
      if (random.nextBoolean()) {
        details.put("cache_creation_token_details", split());
      }
      usage.put("prompt_tokens_details", details);
    }
    return usage;
  }

  private Object split() {
    if (random.nextInt(5) == 0) {
      return Null.NULL;
    }
    Map<String, Object> split = new LinkedHashMap<>();
    member(split, "ephemeral_5m_input_tokens", 20);
    member(split, "ephemeral_1h_input_tokens", 20);
    return split;
  }

  /** A number in a way of writing of its own. */
  record Written(String text) {}

  /** JSON's null. */
  enum Null {
    NULL
  }

  static String json(Object value) {
    return switch (value) {
      case Null _ -> "null";
      case Written(String text) -> text;
      case String text -> '"' + text + '"';
      case Map<?, ?> object -> {
        StringJoiner members = new StringJoiner(",", "{", "}");
        object.forEach((name, member) -> members.add("\"" + name + "\":" + json(member)));
        yield members.toString();
      }
      default -> value.toString();
    };
  }

  /** The count at a path: an integer or integral float that is not negative; null for all else. */
  static @Nullable Long count(Map<String, Object> usage, String... path) {
    Object value = usage;
    for (String name : path) {
      value = value instanceof Map<?, ?> object ? object.get(name) : null;
    }
    return switch (value) {
      case Long count when count >= 0 -> count;
      case Written(String text) when List.of("40.0", "4e1").contains(text) -> 40L;
      case null, default -> null;
    };
  }
}
