package xyz.trollllm.server.standin;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** What OpenAI's APIs have in common: how they refuse. */
abstract class OpenAiDialect implements Dialect {

  @Override
  public final byte[] error(int status, String message, String requestId) {
    ObjectNode error = Json.object();
    error
        .putObject("error")
        .put("message", message)
        .put("type", errorType(status))
        .putNull("param")
        .put("code", errorCode(status));
    return Json.bytes(error);
  }

  private static String errorType(int status) {
    return switch (status) {
      case 402 -> "insufficient_quota";
      case 429 -> "rate_limit_exceeded";
      default -> status < 500 ? "invalid_request_error" : "server_error";
    };
  }

  private static @Nullable String errorCode(int status) {
    return switch (status) {
      case 401 -> "invalid_api_key";
      case 404 -> "model_not_found";
      case 429 -> "rate_limit_exceeded";
      default -> null;
    };
  }

  @Override
  public final String unknownKey() {
    return "Incorrect API key provided. You can find your API key in your account settings.";
  }

  @Override
  public final String unknownModel(String model) {
    return "The model `" + model + "` does not exist or you do not have access to it.";
  }
}
