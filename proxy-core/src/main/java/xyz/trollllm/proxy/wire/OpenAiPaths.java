package xyz.trollllm.proxy.wire;

/** Where OpenAI's APIs keep what is read of their answers. */
final class OpenAiPaths {
  /** Chat completions and their chunks. */
  static final JsonPaths<OpenAiField> CHAT = chat();

  /** Whole responses, and the events that bring one step by step. */
  static final JsonPaths<OpenAiField> RESPONSES = responses();

  /** Lists of embeddings. There are no output tokens, whatever an upstream writes. */
  static final JsonPaths<OpenAiField> EMBEDDINGS = embeddings();

  private OpenAiPaths() {}

  private static JsonPaths<OpenAiField> chat() {
    JsonPaths.Builder<OpenAiField> paths = JsonPaths.builder();
    paths
        .value("model", OpenAiField.MODEL)
        .value("service_tier", OpenAiField.SERVICE_TIER)
        .value("error", OpenAiField.ERROR)
        .value("choices.*.finish_reason", OpenAiField.FINISH_REASON);
    message(paths, "choices.*.delta");
    message(paths, "choices.*.message");
    usage(paths, "usage", "prompt_tokens");
    paths.value("usage.completion_tokens", OpenAiField.COMPLETION);
    return paths.build();
  }

  private static JsonPaths<OpenAiField> responses() {
    JsonPaths.Builder<OpenAiField> paths = JsonPaths.builder();
    paths
        .value("type", OpenAiField.TYPE)
        .text("delta", OpenAiField.TEXT)
        .text("item.name", OpenAiField.TEXT);
    item(paths, "item");
    response(paths, "");
    response(paths, "response.");
    return paths.build();
  }

  /** A response is the whole document, or in some events a member of it. */
  private static void response(JsonPaths.Builder<OpenAiField> paths, String response) {
    String output = response + "output.*";
    paths
        .value(response + "model", OpenAiField.MODEL)
        .value(response + "service_tier", OpenAiField.SERVICE_TIER)
        .value(response + "error", OpenAiField.ERROR)
        .text(output + ".content.*.text", OpenAiField.WHOLE_TEXT)
        .text(output + ".content.*.refusal", OpenAiField.WHOLE_TEXT)
        .text(output + ".summary.*.text", OpenAiField.WHOLE_TEXT)
        .text(output + ".name", OpenAiField.WHOLE_TEXT)
        .text(output + ".arguments", OpenAiField.WHOLE_TEXT)
        .text(output + ".input", OpenAiField.WHOLE_TEXT);
    item(paths, output);
    usage(paths, response + "usage", "input_tokens");
    paths.value(response + "usage.output_tokens", OpenAiField.COMPLETION);
  }

  private static void item(JsonPaths.Builder<OpenAiField> paths, String item) {
    paths
        .value(item + ".type", OpenAiField.ITEM_TYPE)
        .value(item + ".action.type", OpenAiField.ITEM_ACTION);
  }

  private static JsonPaths<OpenAiField> embeddings() {
    JsonPaths.Builder<OpenAiField> paths = JsonPaths.builder();
    paths
        .value("model", OpenAiField.MODEL)
        .value("error", OpenAiField.ERROR)
        .text("data.*.embedding", OpenAiField.OTHER_CONTENT);
    usage(paths, "usage", "prompt_tokens");
    return paths.build();
  }

  /** Reasoning comes as either member, or by some upstreams as both with the same text. */
  private static void message(JsonPaths.Builder<OpenAiField> paths, String message) {
    paths
        .text(message + ".content", OpenAiField.TEXT)
        .text(message + ".content.*.text", OpenAiField.TEXT)
        .text(message + ".refusal", OpenAiField.TEXT)
        .text(message + ".tool_calls.*.function.name", OpenAiField.TEXT)
        .text(message + ".tool_calls.*.function.arguments", OpenAiField.TEXT)
        .text(message + ".tool_calls.*.custom.name", OpenAiField.TEXT)
        .text(message + ".tool_calls.*.custom.input", OpenAiField.TEXT)
        .text(message + ".function_call.name", OpenAiField.TEXT)
        .text(message + ".function_call.arguments", OpenAiField.TEXT)
        .text(message + ".reasoning", OpenAiField.REASONING)
        .text(message + ".reasoning_content", OpenAiField.REASONING_CONTENT)
        .text(message + ".reasoning_details.*.text", OpenAiField.REASONING_CONTENT)
        .text(message + ".images.*.image_url.url", OpenAiField.OTHER_CONTENT)
        .value(message + ".audio", OpenAiField.OTHER_CONTENT);
  }

  /**
   * The input side. Top-level cache counts are LiteLLM's for Anthropic's models, {@code
   * cached_tokens} at the top is Kimi's, the details are OpenAI's, {@code cache_creation_*} in them
   * LiteLLM's.
   */
  private static void usage(JsonPaths.Builder<OpenAiField> paths, String usage, String input) {
    String details = usage + "." + input + "_details.";
    String lifetimes = details + "cache_creation_token_details.";
    paths
        .value(usage, OpenAiField.USAGE)
        .value(usage + "." + input, OpenAiField.PROMPT)
        .value(usage + ".cache_read_input_tokens", OpenAiField.CACHE_HIT)
        .value(details + "cached_tokens", OpenAiField.CACHE_HIT_DETAIL)
        .value(usage + ".cached_tokens", OpenAiField.CACHE_HIT_KIMI)
        .value(usage + ".cache_creation_input_tokens", OpenAiField.CACHE_WRITE)
        .value(details + "cache_creation_tokens", OpenAiField.CACHE_WRITE_DETAIL)
        .value(details + "cache_write_tokens", OpenAiField.CACHE_WRITE_OPENAI)
        .value(lifetimes + "ephemeral_5m_input_tokens", OpenAiField.CACHE_WRITE_5M)
        .value(lifetimes + "ephemeral_1h_input_tokens", OpenAiField.CACHE_WRITE_1H)
        .value(usage + ".server_tool_use.web_search_requests", OpenAiField.WEB_SEARCHES)
        .value(details + "web_search_requests", OpenAiField.WEB_SEARCHES_DETAIL);
  }
}
