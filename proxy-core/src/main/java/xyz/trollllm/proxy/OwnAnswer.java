package xyz.trollllm.proxy;

import java.nio.ByteBuffer;

/** What the gateway answers by itself. */
sealed interface OwnAnswer {
  /** A document or, with an empty body, none; {@code headers} say which. */
  record Given(int status, Headers headers, ByteBuffer body) implements OwnAnswer {
    /** Sends this as a complete answer. */
    void send(ClientExchange client, String requestId) {
      Headers all = HeaderRules.identified(headers.toBuilder(), requestId).build();
      client.sendHead(status, all, body.remaining());
      if (body.hasRemaining()) {
        client.write(body.duplicate());
      }
      client.end();
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
