package xyz.trollllm.server;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HttpString;
import java.nio.ByteBuffer;
import xyz.trollllm.proxy.WholeAnswer;
import xyz.trollllm.server.backend.PriceSite;

/**
 * Hands requests to the price site. Undertow's types end here; runs on I/O threads, never blocks.
 */
final class SiteHandler implements HttpHandler {
  private static final ByteBuffer NO_BODY = ByteBuffer.allocate(0);

  private final PriceSite site;

  SiteHandler(PriceSite site) {
    this.site = site;
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) {
    WholeAnswer answer = site.answer(ProxyHandler.request(exchange, NO_BODY));
    exchange.setStatusCode(answer.status());
    answer
        .headers()
        .forEach((name, value) ->
            exchange.getResponseHeaders().add(HttpString.tryFromString(name), value));
    if (answer.body().hasRemaining()) {
      exchange.getResponseSender().send(answer.body().duplicate());
    } else {
      exchange.endExchange();
    }
  }
}
