package xyz.trollllm.config;

/**
 * A client API the gateway speaks. A request leaves in the API it came in; there is no conversion.
 */
public enum Api {
  /** Anthropic's Messages API, {@code POST /v1/messages}. */
  ANTHROPIC_MESSAGES("anthropic"),

  /** OpenAI's Chat Completions API, {@code POST /v1/chat/completions}. */
  OPENAI_CHAT("openai");

  private final String endpointSuffix;

  Api(String endpointSuffix) {
    this.endpointSuffix = endpointSuffix;
  }

  /** How names of endpoints that speak this API end, after the upstream's name and a dash. */
  public String endpointSuffix() {
    return endpointSuffix;
  }
}
