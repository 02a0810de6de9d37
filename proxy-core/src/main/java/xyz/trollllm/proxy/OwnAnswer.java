package xyz.trollllm.proxy;

import java.nio.ByteBuffer;

/** What the gateway answers by itself. */
sealed interface OwnAnswer {
  /** A document or, with an empty body, none; {@code headers} say which. */
  record Given(WholeAnswer whole) implements OwnAnswer {
    Given(int status, Headers headers, ByteBuffer body) {
      this(new WholeAnswer(status, headers, body));
    }
  }

  /** There is nothing to be told, for the reason given. */
  record Refused(ErrorAnswer error) implements OwnAnswer {}

  /** A document that depends on who asks, or may be another one the next time. */
  static OwnAnswer json(ByteBuffer body) {
    return new Given(
        200,
        Headers.of("content-type", "application/json", "cache-control", "private, no-store"),
        body);
  }

  static OwnAnswer refused(int status, String code, String message) {
    return new Refused(ErrorAnswer.error(status, code, message));
  }
}
