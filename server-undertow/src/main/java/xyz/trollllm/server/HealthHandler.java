package xyz.trollllm.server;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;

/** Says that the process lives, and as which instance. */
final class HealthHandler implements HttpHandler {
  private final String instance;

  HealthHandler(String instance) {
    this.instance = instance;
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) {
    JsonAnswer.send(exchange, 200, "{\"status\":\"ok\",\"instance\":\"" + instance + "\"}");
  }
}
