package xyz.trollllm.server.smoke;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a client reads in an event stream of either API: how it ended, and the usage it reports. Of
 * each number the greatest counts, since they are cumulative and some events have zeros.
 */
final class StreamedAnswer {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Map<String, Long> usage = new HashMap<>();
  private final List<String> problems = new ArrayList<>();
  private boolean ended;

  private StreamedAnswer() {}

  static StreamedAnswer of(byte[] body) {
    StreamedAnswer answer = new StreamedAnswer();
    new String(body, UTF_8)
        .lines()
        .filter(line -> line.startsWith("data:"))
        .map(line -> line.substring("data:".length()).strip())
        .forEach(answer::read);
    if (!answer.ended) {
      answer.problems.add("its stream has no end");
    }
    return answer;
  }

  private void read(String data) {
    if (data.equals("[DONE]")) {
      ended = true;
      return;
    }
    try {
      JsonNode event = JSON.readTree(data);
      ended |= event.path("type").asString("").equals("message_stop");
      if (event.path("error").isObject()) {
        problems.add("its stream ended with an error: " + GatewayClient.errorIn(data));
      }
      count(event.at("/message/usage"));
      count(event.path("usage"));
    } catch (JacksonException _) {
      problems.add("an event of its stream is no JSON");
    }
  }

  private void count(JsonNode reported) {
    reported
        .properties()
        .forEach(entry -> {
          if (entry.getValue().isIntegralNumber()) {
            usage.merge(entry.getKey(), entry.getValue().longValue(), Math::max);
          }
        });
  }

  /** What is wrong with it. */
  List<String> problems() {
    return List.copyOf(problems);
  }

  /** How {@code booked} differs from what the client was told; null if it does not. */
  @Nullable String difference(Booked booked) {
    if (usage.isEmpty()) {
      return null;
    }
    long cached = tokens("cache_creation_input_tokens") + tokens("cache_read_input_tokens");
    long input = tokens("input_tokens") + tokens("prompt_tokens");
    long output = tokens("output_tokens") + tokens("completion_tokens");
    // Upstreams differ in whether cached tokens count within the input.
    boolean inputAgrees = booked.input() == input || booked.input() == input + cached;
    return inputAgrees && booked.output() == output
        ? null
        : "the answer reports %d + %d tokens and the ledger has %d + %d"
            .formatted(input, output, booked.input(), booked.output());
  }

  private long tokens(String kind) {
    return usage.getOrDefault(kind, 0L);
  }
}
