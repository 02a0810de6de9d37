package xyz.trollllm.it;

import xyz.trollllm.config.Api;

/** Bodies and paths of requests as users send them. */
final class Ask {
  static final String OPUS = "claude-opus-4-5";
  static final String SONNET = "claude-sonnet-4-5";
  static final String HAIKU = "claude-haiku-4-5";

  private Ask() {}

  static String path(Api api) {
    return api.path();
  }

  /** Wants an answer of 20 words, at once. */
  static String answer(String model) {
    return words(model, 20);
  }

  static String words(String model, int words) {
    return """
    {"model":"%s","max_tokens":400,"messages":[{"role":"user","content":"Hello in %d words"}]}\
    """
        .formatted(model, words);
  }

  /** Wants the same as {@link #answer} as a stream. */
  static String stream(String model) {
    return streamed(answer(model));
  }

  static String streamed(String body) {
    return body.replaceFirst("\\{", "{\"stream\":true,");
  }

  /** Wants the usage of a streamed chat completion, too. */
  static String withUsage(String streamed) {
    return streamed.replaceFirst("\\{", "{\"stream_options\":{\"include_usage\":true},");
  }

  /**
   * Uses every kind of token: to the stand-in the first mark ends what the cache had, the others
   * end what is written to it, and the rest is ordinary input.
   */
  static String everyKindOfToken(String model) {
    return """
    {"model":"%s","max_tokens":400,"system":[
      {"type":"text","text":"%s","cache_control":{"type":"ephemeral"}},
      {"type":"text","text":"%s","cache_control":{"type":"ephemeral","ttl":"1h"}},
      {"type":"text","text":"%s","cache_control":{"type":"ephemeral"}}],
     "messages":[{"role":"user","content":"Hello in 37 words"}]}\
    """
        .formatted(model, "cached ".repeat(1000), "an hour ".repeat(300), "minutes ".repeat(200));
  }
}
