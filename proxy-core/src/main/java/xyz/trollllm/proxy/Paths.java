package xyz.trollllm.proxy;

import java.net.URI;
import java.net.URISyntaxException;
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
      default -> Optional.empty();
    };
  }

  /** Whether {@code query} can be appended to a URL as it is. */
  static boolean isQuery(@Nullable String query) {
    try {
      return query == null || query.equals(new URI("http://upstream/?" + query).getRawQuery());
    } catch (URISyntaxException notEncoded) {
      return false;
    }
  }
}
