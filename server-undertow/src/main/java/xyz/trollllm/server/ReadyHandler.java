package xyz.trollllm.server;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;

/** Says whether new requests are welcome: from the start until the server drains. */
final class ReadyHandler implements HttpHandler {
  private final InFlight inFlight;

  ReadyHandler(InFlight inFlight) {
    this.inFlight = inFlight;
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) {
    if (inFlight.isDraining()) {
      JsonAnswer.send(exchange, 503, "{\"ready\":false,\"reason\":\"draining\"}");
    } else {
      JsonAnswer.send(exchange, 200, "{\"ready\":true}");
    }
  }
}
