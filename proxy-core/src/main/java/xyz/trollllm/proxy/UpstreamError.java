package xyz.trollllm.proxy;

import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
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
final class UpstreamError implements AnswerFlow.Sink {
  private static final JsonFactory JSON = new JsonFactory();
  private static final int MAX_BYTES = 64 * 1024;
  private static final Set<String> MESSAGES = Set.of("message", "detail", "error");
  private static final List<String> KEPT_HEADERS = List.of("retry-after-ms", "x-should-retry");
  private static final Pattern SECONDS = Pattern.compile("\\d{1,9}(\\.\\d{1,9})?");

  private final int status;
  private final Headers headers;
  private @Nullable Told told;
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();

  UpstreamError(int status, Headers headers) {
    this.status = status;
    this.headers = headers;
  }

  @Override
  public void read(ByteBuffer content) {
    int length = Math.min(content.remaining(), MAX_BYTES - body.size());
    byte[] copy = new byte[Math.max(0, length)];
    content.get(content.position(), copy);
    body.writeBytes(copy);
  }

  /** The client gets an answer of ours instead. */
  @Override
  public boolean relay(ByteBuffer bytes) {
    return true;
  }

  int status() {
    return status;
  }

  /**
   * Whether the upstream refused the operator's key, or the operator's money ran out. LiteLLM tells
   * the latter with status 400 and a type of its own.
   */
  boolean refusesKey() {
    return status == 401 || status == 402 || status == 403 || told().concernsTheOperator();
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
    return Optional.ofNullable(told().message())
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
    headers
        .first("retry-after")
        .flatMap(UpstreamError::wholeSeconds)
        .ifPresent(seconds -> kept.add("retry-after", seconds));
    for (String name : KEPT_HEADERS) {
      headers.first(name).ifPresent(value -> kept.add(name, value));
    }
    return kept.build();
  }

  /** Clients understand whole seconds only; a date, or nonsense, is left out. */
  private static Optional<String> wholeSeconds(String value) {
    if (!SECONDS.matcher(value).matches()) {
      return Optional.empty();
    }
    return Optional.of(new BigDecimal(value).setScale(0, RoundingMode.CEILING).toPlainString());
  }

  private Told told() {
    if (told == null) {
      told = Told.read(body.toByteArray());
    }
    return told;
  }

  /**
   * What the body says: {@code error.message}, or a {@code message} or {@code detail} beside it.
   */
  private record Told(@Nullable String message, @Nullable String type) {
    private static final Told NOTHING = new Told(null, null);

    boolean concernsTheOperator() {
      return type != null && (type.contains("budget") || type.equals("auth_error"));
    }

    static Told read(byte[] body) {
      try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), body)) {
        return json.nextToken() == JsonToken.START_OBJECT ? read(json) : NOTHING;
      } catch (JacksonException notJson) {
        return NOTHING;
      }
    }

    /** Reads the object at hand; what an {@code error} object inside says goes first. */
    private static Told read(JsonParser json) {
      String message = null;
      String type = null;
      Told inside = NOTHING;
      for (String key = json.nextName(); key != null; key = json.nextName()) {
        JsonToken value = json.nextToken();
        if (key.equals("error") && value == JsonToken.START_OBJECT) {
          inside = read(json);
        } else if (value == JsonToken.VALUE_STRING && key.equals("type")) {
          type = json.getString();
        } else if (value == JsonToken.VALUE_STRING && MESSAGES.contains(key)) {
          message = json.getString();
        } else {
          json.skipChildren();
        }
      }
      return inside.message != null ? inside : new Told(message, type);
    }
  }
}
