package xyz.trollllm.proxy.wire;

/** What is read of OpenAI's chat completions and their chunks. */
enum OpenAiField {
  MODEL,
  SERVICE_TIER,
  ERROR,
  FINISH_REASON,
  TEXT,
  REASONING,
  REASONING_CONTENT,
  AUDIO,
  USAGE,
  COMPLETION,
  PROMPT,
  CACHE_HIT,
  CACHE_HIT_DETAIL,
  CACHE_HIT_KIMI,
  CACHE_WRITE,
  CACHE_WRITE_DETAIL,
  CACHE_WRITE_OPENAI,
  CACHE_WRITE_5M,
  CACHE_WRITE_1H,
  WEB_SEARCHES,
  WEB_SEARCHES_DETAIL;

  static final JsonPaths<OpenAiField> PATHS = paths();

  private static JsonPaths<OpenAiField> paths() {
    JsonPaths.Builder<OpenAiField> paths = JsonPaths.builder();
    paths
        .value("model", MODEL)
        .value("service_tier", SERVICE_TIER)
        .value("error", ERROR)
        .value("choices.*.finish_reason", FINISH_REASON);
    message(paths, "choices.*.delta");
    message(paths, "choices.*.message");
    usage(paths);
    return paths.build();
  }

  /** Reasoning comes as either member, or by some upstreams as both with the same text. */
  private static void message(JsonPaths.Builder<OpenAiField> paths, String message) {
    paths
        .text(message + ".content", TEXT)
        .text(message + ".content.*.text", TEXT)
        .text(message + ".refusal", TEXT)
        .text(message + ".tool_calls.*.function.name", TEXT)
        .text(message + ".tool_calls.*.function.arguments", TEXT)
        .text(message + ".function_call.name", TEXT)
        .text(message + ".function_call.arguments", TEXT)
        .text(message + ".reasoning", REASONING)
        .text(message + ".reasoning_content", REASONING_CONTENT)
        .value(message + ".audio", AUDIO);
  }

  /**
   * Top-level cache counts are LiteLLM's for Anthropic's models, {@code cached_tokens} at the top
   * is Kimi's, the details are OpenAI's, {@code cache_creation_*} in them LiteLLM's.
   */
  private static void usage(JsonPaths.Builder<OpenAiField> paths) {
    String details = "usage.prompt_tokens_details.";
    String lifetimes = details + "cache_creation_token_details.";
    paths
        .value("usage", USAGE)
        .value("usage.prompt_tokens", PROMPT)
        .value("usage.completion_tokens", COMPLETION)
        .value("usage.cache_read_input_tokens", CACHE_HIT)
        .value(details + "cached_tokens", CACHE_HIT_DETAIL)
        .value("usage.cached_tokens", CACHE_HIT_KIMI)
        .value("usage.cache_creation_input_tokens", CACHE_WRITE)
        .value(details + "cache_creation_tokens", CACHE_WRITE_DETAIL)
        .value(details + "cache_write_tokens", CACHE_WRITE_OPENAI)
        .value(lifetimes + "ephemeral_5m_input_tokens", CACHE_WRITE_5M)
        .value(lifetimes + "ephemeral_1h_input_tokens", CACHE_WRITE_1H)
        .value("usage.server_tool_use.web_search_requests", WEB_SEARCHES)
        .value(details + "web_search_requests", WEB_SEARCHES_DETAIL);
  }
}
