package xyz.trollllm.proxy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import xyz.trollllm.config.Api;

/**
 * Writes an error in one shape that both client families understand: Anthropic's SDKs read {@code
 * type}, {@code error.type}, {@code error.message} and {@code request_id}, OpenAI's read {@code
 * error.message}, {@code error.type}, {@code error.code} and {@code error.param}.
 */
final class ErrorBody {
  private static final JsonFactory JSON = new JsonFactory();

  private ErrorBody() {}

  static ByteBuffer json(Api api, ErrorAnswer error, String requestId) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
      json.writeStartObject();
      json.writeStringProperty("type", "error");
      json.writeObjectPropertyStart("error");
      json.writeStringProperty("type", error.type(api));
      json.writeStringProperty("message", error.message());
      json.writeStringProperty("code", error.code());
      json.writeNullProperty("param");
      json.writeEndObject();
      json.writeStringProperty("request_id", requestId);
      json.writeEndObject();
    }
    return ByteBuffer.wrap(bytes.toByteArray());
  }

  /**
   * The same as an event that ends a stream: named for Anthropic's clients, unnamed for OpenAI's.
   */
  static ByteBuffer event(Api api, ErrorAnswer error, String requestId) {
    String name = api == Api.ANTHROPIC_MESSAGES ? "event: error\n" : "";
    String data = StandardCharsets.UTF_8.decode(json(api, error, requestId)).toString();
    return StandardCharsets.UTF_8.encode(name + "data: " + data + "\n\n");
  }
}
