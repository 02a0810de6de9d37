package xyz.trollllm.server.standin;

import java.util.List;
import tools.jackson.databind.JsonNode;
import xyz.trollllm.config.Api;

/** One API's way of saying things. Stateless. */
interface Dialect {

  static Dialect of(Api api) {
    return switch (api) {
      case ANTHROPIC_MESSAGES -> new AnthropicDialect();
      case OPENAI_CHAT -> new ChatDialect();
      case OPENAI_RESPONSES -> new ResponsesDialect();
      case OPENAI_EMBEDDINGS -> new EmbeddingsDialect();
    };
  }

  /**
   * Reads a request.
   *
   * @throws InvalidRequestException if the API would refuse it
   */
  Asked read(JsonNode request);

  /** A complete answer as one JSON document. */
  byte[] json(Asked asked, Answer answer);

  /** A complete answer as an event stream, one element an event. */
  List<byte[]> events(Asked asked, Answer answer);

  /** An error body for a status. */
  byte[] error(int status, String message, String requestId);

  /** What the API says of a key it does not know. */
  String unknownKey();

  /** What the API says of a model it does not know. */
  String unknownModel(String model);
}
