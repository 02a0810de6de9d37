package xyz.trollllm.server.standin;

import java.util.List;
import java.util.Map;

/**
 * An answer that is ready to be sent.
 *
 * @param events the body; several elements only for an event stream
 */
record Reply(int status, Map<String, String> headers, List<byte[]> events, Delivery delivery) {

  static final String EVENT_STREAM = "text/event-stream; charset=utf-8";
  private static final Map<String, String> JSON = Map.of("content-type", "application/json");
  private static final Map<String, String> STREAM =
      Map.of("content-type", EVENT_STREAM, "cache-control", "no-cache");

  static Reply json(int status, byte[] body, Delivery delivery) {
    return new Reply(status, JSON, List.of(body), delivery);
  }

  static Reply stream(List<byte[]> events, Delivery delivery) {
    return new Reply(200, STREAM, events, delivery);
  }

  boolean isStream() {
    return headers.getOrDefault("content-type", "").startsWith("text/event-stream");
  }

  long length() {
    return events.stream().mapToLong(event -> event.length).sum();
  }
}
