package xyz.trollllm.config;

/**
 * A client API the gateway speaks. A request leaves in the API it came in; there is no conversion.
 */
public enum Api {
  /** Anthropic's Messages API. */
  ANTHROPIC_MESSAGES("anthropic", "/v1/messages"),

  /** OpenAI's Chat Completions API. */
  OPENAI_CHAT("openai", "/v1/chat/completions"),

  /** OpenAI's Responses API. */
  OPENAI_RESPONSES("responses", "/v1/responses"),

  /** OpenAI's Embeddings API, which has no output tokens and no event streams. */
  OPENAI_EMBEDDINGS("embeddings", "/v1/embeddings");

  private final String endpointSuffix;
  private final String path;

  Api(String endpointSuffix, String path) {
    this.endpointSuffix = endpointSuffix;
    this.path = path;
  }

  /** How names of endpoints that speak this API end, after the upstream's name and a dash. */
  public String endpointSuffix() {
    return endpointSuffix;
  }

  /** Where clients send requests of this API: the path that its documentation names. */
  public String path() {
    return path;
  }
}
