package xyz.trollllm.it;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a client library is to do; see {@code src/test/clients/README.md}.
 *
 * @param maxRetries null for the library's own default
 */
record ClientJob(
    String scenario,
    String baseUrl,
    String apiKey,
    String model,
    boolean stream,
    String thinking,
    @Nullable Integer maxRetries) {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** An answer without tools or thoughts. */
  static ClientJob answer(String baseUrl, String apiKey) {
    return new ClientJob("answer", baseUrl, apiKey, Ask.SONNET, false, "none", null);
  }

  ClientJob scenario(String other) {
    return new ClientJob(other, baseUrl, apiKey, model, stream, thinking, maxRetries);
  }

  ClientJob model(String other) {
    return new ClientJob(scenario, baseUrl, apiKey, other, stream, thinking, maxRetries);
  }

  ClientJob streamed(boolean streamed) {
    return new ClientJob(scenario, baseUrl, apiKey, model, streamed, thinking, maxRetries);
  }

  ClientJob thinking(String kind) {
    return new ClientJob(scenario, baseUrl, apiKey, model, stream, kind, maxRetries);
  }

  ClientJob neverRetried() {
    return new ClientJob(scenario, baseUrl, apiKey, model, stream, thinking, 0);
  }

  boolean thinks() {
    return !thinking.equals("none");
  }

  /** One line, for the scripts. */
  String json(String library) {
    var json =
        JSON.createObjectNode()
            .put("library", library)
            .put("scenario", scenario)
            .put("base_url", baseUrl)
            .put("api_key", apiKey)
            .put("model", model)
            .put("stream", stream)
            .put("thinking", thinking);
    if (maxRetries != null) {
      json.put("max_retries", maxRetries);
    }
    return json.toString();
  }
}
