package xyz.trollllm.it;

import tools.jackson.databind.JsonNode;
import xyz.trollllm.billing.TokenCounts;

/**
 * The tokens that a client library tells its user of. Read here without the product's code, so that
 * what users see and what they pay for is compared.
 */
final class ReportedUsage {
  private ReportedUsage() {}

  /** The shapes in which libraries report. */
  enum Style {
    /** Cached tokens are counted apart from input. */
    ANTHROPIC,
    /** Cached tokens are counted within the prompt; so LiteLLM does for every provider. */
    OPENAI,
    /** Like OpenAI's older one with other names. */
    RESPONSES
  }

  static TokenCounts of(Style style, JsonNode usage) {
    return switch (style) {
      case ANTHROPIC -> anthropic(usage);
      case OPENAI -> inclusive(usage, "prompt_tokens", "completion_tokens");
      case RESPONSES -> inclusive(usage, "input_tokens", "output_tokens");
    };
  }

  private static TokenCounts anthropic(JsonNode usage) {
    long written = usage.path("cache_creation_input_tokens").asLong(0);
    long written1h = usage.at("/cache_creation/ephemeral_1h_input_tokens").asLong(0);
    return new TokenCounts(
        usage.path("input_tokens").longValue(),
        written - written1h,
        written1h,
        usage.path("cache_read_input_tokens").asLong(0),
        usage.path("output_tokens").longValue());
  }

  private static TokenCounts inclusive(JsonNode usage, String input, String output) {
    JsonNode details = usage.path(input + "_details");
    long hit = details.path("cached_tokens").asLong(0);
    long written = usage.path("cache_creation_input_tokens").asLong(0);
    long written1h =
        details.at("/cache_creation_token_details/ephemeral_1h_input_tokens").asLong(0);
    return new TokenCounts(
        usage.path(input).longValue() - hit - written,
        written - written1h,
        written1h,
        hit,
        usage.path(output).asLong(0));
  }
}
