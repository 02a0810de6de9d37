package xyz.trollllm.proxy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Collects an upstream's answer that is not a success and says what the client gets for it: the
 * upstream's status and message where they are the client's business, our own where they are not.
 *
 * <p>The message is kept word for word, since clients recover by its wording. One per answer.
 */
final class UpstreamError {
  private static final JsonFactory JSON = new JsonFactory();
  private static final int MAX_BYTES = 64 * 1024;
  private static final List<String> KEPT_HEADERS =
      List.of("retry-after", "retry-after-ms", "x-should-retry");

  private final int status;
  private final Headers headers;
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();

  UpstreamError(int status, Headers headers) {
    this.status = status;
    this.headers = headers;
  }

  void collect(ByteBuffer bytes) {
    int length = Math.min(bytes.remaining(), MAX_BYTES - body.size());
    byte[] copy = new byte[Math.max(0, length)];
    bytes.get(copy);
    body.writeBytes(copy);
  }

  int status() {
    return status;
  }

  /** Whether the upstream refused the operator's key, or its money or allowance ran out. */
  boolean refusesKey() {
    return status == 401 || status == 402 || status == 403;
  }

  /** Whether the same request may succeed with another of the operator's keys. */
  boolean anotherKeyMayHelp() {
    return refusesKey() || status == 429;
  }

  ErrorAnswer answer() {
    if (refusesKey()) {
      return ErrorAnswer.error(
          502, "upstream_refused", "the upstream refused the gateway; its operator has to act");
    }
    if (status < 400) {
      return ErrorAnswer.error(502, "upstream_misbehaved", "the upstream sent HTTP " + status);
    }
    return message()
        .map(message -> new ErrorAnswer(status, "upstream_error", message, keptHeaders()))
        .orElseGet(() ->
            new ErrorAnswer(
                status == 500 ? 502 : status,
                "upstream_error",
                "the upstream answered with HTTP " + status,
                keptHeaders()));
  }

  private Headers keptHeaders() {
    Headers.Builder kept = new Headers.Builder();
    for (String name : KEPT_HEADERS) {
      headers.first(name).ifPresent(value -> kept.add(name, value));
    }
    return kept.build();
  }

  /** {@code error.message}, or a {@code message} or {@code detail} beside it. */
  private Optional<String> message() {
    try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), body.toByteArray())) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        return Optional.empty();
      }
      String beside = null;
      while (json.nextToken() == JsonToken.PROPERTY_NAME) {
        String key = json.currentName();
        JsonToken value = json.nextToken();
        if (key.equals("error") && value == JsonToken.START_OBJECT) {
          String inside = messageInside(json);
          if (inside != null) {
            return Optional.of(inside);
          }
        } else if (value == JsonToken.VALUE_STRING
            && List.of("message", "detail", "error").contains(key)) {
          beside = json.getString();
        } else {
          json.skipChildren();
        }
      }
      return Optional.ofNullable(beside);
    } catch (JacksonException notJson) {
      return Optional.empty();
    }
  }

  private static @Nullable String messageInside(JsonParser json) {
    String message = null;
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      String key = json.currentName();
      if (json.nextToken() == JsonToken.VALUE_STRING && key.equals("message")) {
        message = json.getString();
      } else {
        json.skipChildren();
      }
    }
    return message;
  }
}
