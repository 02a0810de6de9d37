package xyz.trollllm.server;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;

/** Small JSON answers to operators. */
final class JsonAnswer {
  private JsonAnswer() {}

  static void send(HttpServerExchange exchange, int status, String json) {
    exchange.setStatusCode(status);
    exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "application/json");
    exchange.getResponseSender().send(json);
  }
}
