package xyz.trollllm.server;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;

/** Says whether new requests are welcome, and if not why. */
final class ReadyHandler implements HttpHandler {
  private final InFlight inFlight;
  private final Readiness readiness;

  ReadyHandler(InFlight inFlight, Readiness readiness) {
    this.inFlight = inFlight;
    this.readiness = readiness;
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) {
    if (inFlight.isDraining()) {
      JsonAnswer.send(exchange, 503, "{\"ready\":false,\"reason\":\"draining\"}");
      return;
    }
    readiness
        .trouble()
        .ifPresentOrElse(
            trouble -> JsonAnswer.send(exchange, trouble.refusing() ? 503 : 200, json(trouble)),
            () -> JsonAnswer.send(exchange, 200, "{\"ready\":true}"));
  }

  private static String json(Readiness.Trouble trouble) {
    return "{\"ready\":%b,\"%s\":\"%s\"%s,\"unsettled\":%d}"
        .formatted(
            !trouble.refusing(),
            trouble.refusing() ? "reason" : "degraded",
            trouble.reason(),
            trouble.since() == null ? "" : ",\"since\":\"" + trouble.since() + '"',
            trouble.unsettled());
  }
}
