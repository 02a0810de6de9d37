package xyz.trollllm.proxy;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.config.Api;

/** Which path is which API, with the slips that base URLs with and without {@code /v1} lead to. */
final class Paths {
  private Paths() {}

  static Optional<Api> api(String path) {
    return switch (path) {
      case "/v1/messages", "/messages", "/v1/v1/messages" -> Optional.of(Api.ANTHROPIC_MESSAGES);
      case "/v1/chat/completions", "/chat/completions", "/v1/v1/chat/completions" ->
          Optional.of(Api.OPENAI_CHAT);
      case "/v1/responses", "/responses", "/v1/v1/responses" -> Optional.of(Api.OPENAI_RESPONSES);
      case "/v1/embeddings", "/embeddings", "/v1/v1/embeddings" ->
          Optional.of(Api.OPENAI_EMBEDDINGS);
      default -> Optional.empty();
    };
  }

  /**
   * The part of a client's query that is forwarded: the marker that older SDKs add to calls of beta
   * features. Some upstreams read options, even the model, from the query, and what is not priced
   * must not get there.
   */
  static String forwardedQuery(@Nullable String query) {
    boolean beta = query != null && List.of(query.split("&", -1)).contains("beta=true");
    return beta ? "?beta=true" : "";
  }
}
