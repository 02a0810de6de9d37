package xyz.trollllm.server;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderValues;
import io.undertow.util.SameThreadExecutor;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.xnio.XnioExecutor;
import xyz.trollllm.proxy.ClientExchange;
import xyz.trollllm.proxy.EventLoop;
import xyz.trollllm.proxy.Headers;
import xyz.trollllm.proxy.MeteredProxy;
import xyz.trollllm.proxy.ProxyRequest;
import xyz.trollllm.proxy.admission.Rejection;

/**
 * Hands requests to the proxy: an exchange of Undertow becomes a {@link ProxyRequest}. Undertow's
 * types end here. Runs on I/O threads and never blocks them.
 */
final class ProxyHandler implements HttpHandler {
  private static final int LINGER_SECONDS = 30;

  private final MeteredProxy proxy;
  private final InFlight inFlight;
  private final long maxBodyBytes;

  ProxyHandler(MeteredProxy proxy, InFlight inFlight, long maxBodyBytes) {
    this.proxy = proxy;
    this.inFlight = inFlight;
    this.maxBodyBytes = maxBodyBytes;
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) {
    // Work that is dispatched may go on after this method has returned.
    exchange.dispatch(SameThreadExecutor.INSTANCE, () -> admit(exchange));
  }

  private void admit(HttpServerExchange exchange) {
    if (!inFlight.enter()) {
      refuseAfterBody(exchange, new Rejection.ShuttingDown());
      return;
    }
    exchange.addExchangeCompleteListener((_, next) -> {
      inFlight.leave();
      next.proceed();
    });
    BodyReader.read(
        exchange,
        maxBodyBytes,
        body -> proxy.handle(request(exchange, body), client(exchange), loop(exchange)),
        () -> refuseWhileItComes(exchange, new Rejection.BodyTooLarge(maxBodyBytes)));
  }

  /**
   * Answers once the body has come, and closes the connection. A client that is still sending would
   * meet a closed connection before it looked for an answer.
   */
  private void refuseAfterBody(HttpServerExchange exchange, Rejection reason) {
    BodyReader.read(
        exchange,
        maxBodyBytes,
        _ -> {
          exchange.setPersistent(false);
          answer(exchange, reason);
        },
        () -> refuseWhileItComes(exchange, reason));
  }

  /** Answers at once, and lets what is left of the body come and go. */
  private void refuseWhileItComes(HttpServerExchange exchange, Rejection reason) {
    XnioExecutor.Key end =
        exchange
            .getIoThread()
            .executeAfter(() -> BodyReader.giveUp(exchange), LINGER_SECONDS, TimeUnit.SECONDS);
    exchange.addExchangeCompleteListener((_, next) -> {
      end.remove();
      next.proceed();
    });
    answer(exchange, reason);
  }

  private void answer(HttpServerExchange exchange, Rejection reason) {
    proxy.refuse(request(exchange, ByteBuffer.allocate(0)), client(exchange), reason);
  }

  private static EventLoop loop(HttpServerExchange exchange) {
    return new XnioEventLoop(exchange.getIoThread());
  }

  private ClientExchange client(HttpServerExchange exchange) {
    inFlight.goOn();
    return new UndertowClientExchange(exchange, inFlight::leave);
  }

  /** The request of {@code exchange} in the proxy's types. */
  static ProxyRequest request(HttpServerExchange exchange, ByteBuffer body) {
    Headers.Builder headers = new Headers.Builder();
    for (HeaderValues values : exchange.getRequestHeaders()) {
      String name = values.getHeaderName().toString();
      values.forEach(value -> headers.add(name, value));
    }
    String query = exchange.getQueryString();
    return new ProxyRequest(
        exchange.getRequestMethod().toString(),
        exchange.getRequestPath(),
        query.isEmpty() ? null : query,
        headers.build(),
        body);
  }
}
