package xyz.trollllm.server.demo;

import java.util.List;
import xyz.trollllm.billing.PriceBook;
import xyz.trollllm.billing.TokenUsage;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.Api;
import xyz.trollllm.config.ModelConfig;
import xyz.trollllm.server.standin.Estimate;

/** A request to the first model of an instance, to be pasted into a terminal. */
record SampleCall(Api api, ModelConfig model, int port, String key) {

  String command() {
    return """
    curl -N http://127.0.0.1:%d%s \\
      -H '%s' -H 'content-type: application/json' \\
      -d '%s'\
    """
        .formatted(port, api.path(), authorization(), body());
  }

  private String authorization() {
    return switch (api) {
      case ANTHROPIC_MESSAGES -> "x-api-key: " + key;
      case OPENAI_CHAT, OPENAI_RESPONSES, OPENAI_EMBEDDINGS -> "authorization: Bearer " + key;
    };
  }

  private String body() {
    String wanted =
        switch (api) {
          case ANTHROPIC_MESSAGES, OPENAI_CHAT ->
              """
              "max_tokens": 200, "stream": true, \
              "messages": [{"role": "user", "content": "Tell me in 40 words what you are."}]\
              """;
          case OPENAI_RESPONSES ->
              """
              "max_output_tokens": 200, "stream": true, \
              "input": "Tell me in 40 words what you are."\
              """;
          case OPENAI_EMBEDDINGS -> "\"input\": \"What you are\"";
        };
    return "{\"model\": \"%s\", %s}".formatted(model.id(), wanted);
  }

  /** What it costs exactly when the stand-in answers. */
  Usd cost() {
    TokenUsage usage = TokenUsage.of(Estimate.of(api, body()));
    return PriceBook.of(List.of(model)).cost(model, usage).charge();
  }
}
