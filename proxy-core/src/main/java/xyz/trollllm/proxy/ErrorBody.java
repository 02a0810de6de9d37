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

  private static final long UNNUMBERED = -1;

  private ErrorBody() {}

  static ByteBuffer json(Api api, ErrorAnswer error, String requestId) {
    return ByteBuffer.wrap(bytes(api, error, requestId, UNNUMBERED));
  }

  private static byte[] bytes(Api api, ErrorAnswer error, String requestId, long number) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
      json.writeStartObject();
      json.writeStringProperty("type", "error");
      if (number != UNNUMBERED) {
        json.writeNumberProperty("sequence_number", number);
        json.writeStringProperty("code", error.code());
        json.writeStringProperty("message", error.message());
        json.writeNullProperty("param");
      }
      json.writeObjectPropertyStart("error");
      json.writeStringProperty("type", error.type(api));
      json.writeStringProperty("message", error.message());
      json.writeStringProperty("code", error.code());
      json.writeNullProperty("param");
      json.writeEndObject();
      json.writeStringProperty("request_id", requestId);
      json.writeEndObject();
    }
    return bytes.toByteArray();
  }

  /**
   * The same as an event that ends a stream: named for clients of the Messages and the Responses
   * API, unnamed for those of Chat Completions. The Responses API numbers its events and has the
   * error's members in the event itself; they stand there too.
   *
   * @param events how many events came before this one
   */
  static ByteBuffer event(Api api, ErrorAnswer error, String requestId, long events) {
    String name = api == Api.OPENAI_CHAT ? "" : "event: error\n";
    long number = api == Api.OPENAI_RESPONSES ? events : UNNUMBERED;
    String data = new String(bytes(api, error, requestId, number), StandardCharsets.UTF_8);
    return StandardCharsets.UTF_8.encode(name + "data: " + data + "\n\n");
  }
}
