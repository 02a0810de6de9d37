package xyz.trollllm.server;

import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.connector.ByteBufferPool;
import io.undertow.server.DefaultByteBufferPool;
import io.undertow.server.HttpHandler;
import io.undertow.server.handlers.HttpContinueReadHandler;
import io.undertow.server.handlers.PathHandler;
import io.undertow.server.handlers.ResponseCodeHandler;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.xnio.Options;
import xyz.trollllm.billing.CreditLedger;
import xyz.trollllm.config.GatewayConfig;
import xyz.trollllm.proxy.MeteredProxy;
import xyz.trollllm.proxy.RequestLog;
import xyz.trollllm.proxy.admission.AccountDirectory;

/**
 * One running instance: a listener for clients, one for operators, and the proxy between them.
 *
 * <p>Ledger and directory belong to the caller and must outlive the server.
 */
public final class GatewayServer implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(25);
  private static final Duration BREAK = Duration.ofSeconds(8);
  private static final String ALL_ADDRESSES = "0.0.0.0";
  private static final String LOOPBACK = "127.0.0.1";

  /** Above the 60 s after which nginx drops an idle connection, so that it never meets a close. */
  private static final int IDLE_MILLIS = 90_000;

  /** How long a client may take to send a request's head. */
  private static final int HEAD_MILLIS = 30_000;

  private final Undertow undertow;
  private final MeteredProxy proxy;
  private final InFlight inFlight;
  private final Duration patience;

  private GatewayServer(
      Undertow undertow, MeteredProxy proxy, InFlight inFlight, Duration patience) {
    this.undertow = undertow;
    this.proxy = proxy;
    this.inFlight = inFlight;
    this.patience = patience;
  }

  /**
   * Starts an instance; it is ready when this returns.
   *
   * @param readiness what operators are told beside whether the instance is about to stop
   * @throws PortTakenException if a port of the configuration is in use
   */
  public static GatewayServer start(
      GatewayConfig config,
      Map<String, List<String>> apiKeys,
      AccountDirectory accounts,
      CreditLedger ledger,
      RequestLog log,
      Readiness readiness) {
    return start(config, apiKeys, accounts, ledger, log, readiness, PATIENCE);
  }

  /** As the other, with the time that {@link #close} gives requests under way. */
  static GatewayServer start(
      GatewayConfig config,
      Map<String, List<String>> apiKeys,
      AccountDirectory accounts,
      CreditLedger ledger,
      RequestLog log,
      Readiness readiness,
      Duration patience) {
    // Without thread-local queues a buffer freed by another thread is not lost to its own.
    ByteBufferPool buffers = new DefaultByteBufferPool(true, 16 * 1024 - 20, 4000, 0);
    MeteredProxy proxy =
        new MeteredProxy(
            config,
            apiKeys,
            accounts,
            ledger,
            log,
            new LoggedAlerts(),
            upstream -> new EventLoopUpstream(upstream, buffers));
    InFlight inFlight = new InFlight();
    HttpHandler health = new HealthHandler(config.instance());
    HttpHandler clients =
        new PathHandler(
                new HttpContinueReadHandler(
                    new ProxyHandler(proxy, inFlight, config.maxBodyBytes())))
            .addExactPath("/health", health);
    HttpHandler operators =
        new PathHandler(ResponseCodeHandler.HANDLE_404)
            .addExactPath("/health", health)
            .addExactPath("/ready", new ReadyHandler(inFlight, readiness));
    Undertow undertow =
        Undertow.builder()
            .setByteBufferPool(buffers)
            .setServerOption(UndertowOptions.MAX_ENTITY_SIZE, -1L) // BodyReader keeps the limit
            .setServerOption(UndertowOptions.NO_REQUEST_TIMEOUT, IDLE_MILLIS)
            .setServerOption(UndertowOptions.REQUEST_PARSE_TIMEOUT, HEAD_MILLIS)
            .setServerOption(UndertowOptions.ALWAYS_SET_KEEP_ALIVE, false)
            .setSocketOption(Options.TCP_NODELAY, true)
            .addHttpListener(config.port(), ALL_ADDRESSES, clients)
            .addHttpListener(config.opsPort(), LOOPBACK, operators)
            .build();
    try {
      undertow.start();
    } catch (RuntimeException e) {
      proxy.close();
      if (e.getCause() instanceof BindException) {
        throw new PortTakenException(config, e);
      }
      throw e;
    }
    return new GatewayServer(undertow, proxy, inFlight, patience);
  }

  /** The port clients connect to. */
  public int clientPort() {
    return port(0);
  }

  /** The port operators connect to. */
  public int opsPort() {
    return port(1);
  }

  int underWay() {
    return inFlight.count();
  }

  private int port(int listener) {
    return ((InetSocketAddress) undertow.getListenerInfo().get(listener).getAddress()).getPort();
  }

  /** Refuses new requests, waits a bounded time for those under way, and stops. */
  @Override
  public void close() {
    try {
      inFlight.drain(patience);
      proxy.close();
      // Calls that were broken by this still end, and settle, on the I/O threads.
      inFlight.drain(BREAK);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      proxy.close();
    }
    undertow.stop();
  }

  /** A port of the configuration is in use by another program. */
  public static final class PortTakenException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PortTakenException(GatewayConfig config, Throwable cause) {
      super(
          "port %d (clients) or %d (operators) is in use by another program"
              .formatted(config.port(), config.opsPort()),
          cause);
    }
  }
}
