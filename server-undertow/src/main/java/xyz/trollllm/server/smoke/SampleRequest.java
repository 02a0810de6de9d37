package xyz.trollllm.server.smoke;

import java.util.Map;
import tools.jackson.databind.json.JsonMapper;
import xyz.trollllm.config.Api;

/** The request that is tried: as small as one can be, and streamed as most are. */
record SampleRequest(Api api, String model) {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int MAX_TOKENS = 16;
  private static final String PROMPT = "Say hello in 2 words.";

  /**
   * In the API of the model's maker: Anthropic's, or what everybody else's models are called by.
   */
  static SampleRequest of(Quote quote) {
    return new SampleRequest(
        quote.type().equals("anthropic") ? Api.ANTHROPIC_MESSAGES : Api.OPENAI_CHAT, quote.model());
  }

  String body() {
    String usage = api == Api.OPENAI_CHAT ? ",\"stream_options\":{\"include_usage\":true}" : "";
    return "{\"model\":%s,\"max_tokens\":%d,\"stream\":true%s,\"messages\":[%s]}"
        .formatted(
            JSON.writeValueAsString(model),
            MAX_TOKENS,
            usage,
            JSON.writeValueAsString(Map.of("role", "user", "content", PROMPT)));
  }
}
