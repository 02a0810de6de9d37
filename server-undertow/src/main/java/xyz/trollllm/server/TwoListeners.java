package xyz.trollllm.server;

import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.connector.ByteBufferPool;
import io.undertow.server.DefaultByteBufferPool;
import io.undertow.server.HttpHandler;
import io.undertow.server.handlers.PathHandler;
import io.undertow.server.handlers.ResponseCodeHandler;
import java.net.BindException;
import java.net.InetSocketAddress;
import org.xnio.Options;

/** A server with a listener for clients on all addresses, and one for operators on loopback. */
final class TwoListeners implements AutoCloseable {
  private static final String ALL_ADDRESSES = "0.0.0.0";
  private static final String LOOPBACK = "127.0.0.1";

  /** Above the 60 s after which nginx drops an idle connection, so that it never meets a close. */
  private static final int IDLE_MILLIS = 90_000;

  /** How long a client may take to send a request's head. */
  private static final int HEAD_MILLIS = 30_000;

  private final Undertow undertow;

  private TwoListeners(Undertow undertow) {
    this.undertow = undertow;
  }

  /** Buffers of a size that suits answers, for as many connections as there are. */
  static ByteBufferPool buffers() {
    // Without thread-local queues a buffer freed by another thread is not lost to its own.
    return new DefaultByteBufferPool(true, 16 * 1024 - 20, 4000, 0);
  }

  /** What is common to all servers, to be added to. */
  static Undertow.Builder builder(ByteBufferPool buffers) {
    return Undertow.builder()
        .setByteBufferPool(buffers)
        .setServerOption(UndertowOptions.NO_REQUEST_TIMEOUT, IDLE_MILLIS)
        .setServerOption(UndertowOptions.REQUEST_PARSE_TIMEOUT, HEAD_MILLIS)
        .setServerOption(UndertowOptions.ALWAYS_SET_KEEP_ALIVE, false)
        .setSocketOption(Options.TCP_NODELAY, true);
  }

  /** What operators can ask for. */
  static HttpHandler operators(HttpHandler health, HttpHandler ready) {
    return new PathHandler(ResponseCodeHandler.HANDLE_404)
        .addExactPath("/health", health)
        .addExactPath("/ready", ready);
  }

  /**
   * Starts the server.
   *
   * @param port for clients, 0 for any free one
   * @param opsPort for operators, 0 for any free one
   * @throws GatewayServer.PortTakenException if one of them is in use
   */
  static TwoListeners start(
      Undertow.Builder builder, int port, HttpHandler clients, int opsPort, HttpHandler operators) {
    Undertow undertow =
        builder
            .addHttpListener(port, ALL_ADDRESSES, clients)
            .addHttpListener(opsPort, LOOPBACK, operators)
            .build();
    try {
      undertow.start();
    } catch (RuntimeException e) {
      undertow.stop();
      if (e.getCause() instanceof BindException) {
        throw new GatewayServer.PortTakenException(port, opsPort, e);
      }
      throw e;
    }
    return new TwoListeners(undertow);
  }

  int clientPort() {
    return port(0);
  }

  int opsPort() {
    return port(1);
  }

  private int port(int listener) {
    return ((InetSocketAddress) undertow.getListenerInfo().get(listener).getAddress()).getPort();
  }

  @Override
  public void close() {
    undertow.stop();
  }
}
