package xyz.trollllm.server;

import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.connector.ByteBufferPool;
import io.undertow.server.HttpHandler;
import io.undertow.server.handlers.HttpContinueReadHandler;
import io.undertow.server.handlers.PathHandler;
import java.time.Duration;
import java.util.List;
import java.util.Map;
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

  private final TwoListeners listeners;
  private final MeteredProxy proxy;
  private final InFlight inFlight;
  private final Duration patience;

  private GatewayServer(
      TwoListeners listeners, MeteredProxy proxy, InFlight inFlight, Duration patience) {
    this.listeners = listeners;
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
    ByteBufferPool buffers = TwoListeners.buffers();
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
    HttpHandler operators = TwoListeners.operators(health, new ReadyHandler(inFlight, readiness));
    Undertow.Builder builder =
        TwoListeners.builder(buffers)
            .setServerOption(UndertowOptions.MAX_ENTITY_SIZE, -1L); // BodyReader keeps the limit
    try {
      TwoListeners listeners =
          TwoListeners.start(builder, config.port(), clients, config.opsPort(), operators);
      return new GatewayServer(listeners, proxy, inFlight, patience);
    } catch (RuntimeException e) {
      proxy.close();
      throw e;
    }
  }

  /** The port clients connect to. */
  public int clientPort() {
    return listeners.clientPort();
  }

  /** The port operators connect to. */
  public int opsPort() {
    return listeners.opsPort();
  }

  int underWay() {
    return inFlight.count();
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
    listeners.close();
  }

  /** A port of the configuration is in use by another program. */
  public static final class PortTakenException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PortTakenException(int port, int opsPort, Throwable cause) {
      super(
          "port %d (clients) or %d (operators) is in use by another program"
              .formatted(port, opsPort),
          cause);
    }
  }
}
