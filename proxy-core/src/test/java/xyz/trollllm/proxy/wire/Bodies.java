package xyz.trollllm.proxy.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import xyz.trollllm.config.Api;

/** Request bodies as text: what is read of them, and what of them is forwarded. */
final class Bodies {
  private Bodies() {}

  /** Forwards a body that stands in the midst of other bytes. */
  static String forward(Api api, String body, String upstreamModelId, OptionalLong maxTokens) {
    byte[] padded = ("..." + body + "...").getBytes(UTF_8);
    ByteBuffer buffer = ByteBuffer.wrap(padded, 3, padded.length - 6);
    ByteArrayOutputStream forwarded = new ByteArrayOutputStream();
    for (ByteBuffer part :
        BodyEdits.forward(buffer, read(api, buffer), api, upstreamModelId, maxTokens)) {
      byte[] bytes = new byte[part.remaining()];
      part.get(bytes);
      forwarded.writeBytes(bytes);
    }
    return forwarded.toString(UTF_8);
  }

  static RequestSummary read(Api api, String body) {
    return read(api, buffer(body));
  }

  static RequestSummary read(Api api, ByteBuffer body) {
    return switch (RequestReader.read(api, body)) {
      case RequestReading.Read(RequestSummary summary) -> summary;
      case RequestReading.Invalid(String message) -> throw new AssertionError(message);
    };
  }

  static ByteBuffer buffer(String body) {
    return ByteBuffer.wrap(body.getBytes(UTF_8));
  }
}
