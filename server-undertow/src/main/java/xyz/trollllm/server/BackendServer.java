package xyz.trollllm.server;

import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpHandler;
import java.time.Clock;
import java.util.List;
import xyz.trollllm.server.backend.EndpointFile;
import xyz.trollllm.server.backend.PriceSite;
import xyz.trollllm.server.backend.PriceWatch;

/**
 * The running price page of all endpoints: a listener for everybody, and one for operators. It
 * reads the endpoints' configuration files and needs neither keys nor a database.
 */
public final class BackendServer implements AutoCloseable {
  /** Where everybody asks, unless it is said otherwise. */
  public static final int PORT = 8006;

  /** Where operators ask, unless it is said otherwise. */
  public static final int OPS_PORT = 9006;

  private static final String NAME = "backend";

  /** Nobody has anything to send here. */
  private static final long MAX_BODY_BYTES = 64 << 10;

  private final PriceWatch watch;
  private final TwoListeners listeners;

  private BackendServer(PriceWatch watch, TwoListeners listeners) {
    this.watch = watch;
    this.listeners = listeners;
  }

  /**
   * Starts, whatever the state of the files is; they are read again when they change.
   *
   * @param port for everybody, 0 for any free one
   * @param opsPort for operators, 0 for any free one
   * @throws GatewayServer.PortTakenException if one of them is in use
   */
  public static BackendServer start(List<EndpointFile> files, int port, int opsPort) {
    PriceWatch watch = new PriceWatch(files, Clock.systemUTC());
    HttpHandler site = new SiteHandler(new PriceSite(watch, Clock.systemUTC()));
    HttpHandler ready =
        exchange -> JsonAnswer.send(exchange, watch.isReady() ? 200 : 503, watch.readyJson());
    Undertow.Builder builder =
        TwoListeners.builder(TwoListeners.buffers())
            .setServerOption(UndertowOptions.MAX_ENTITY_SIZE, MAX_BODY_BYTES)
            .setIoThreads(1)
            .setWorkerThreads(1);
    try {
      TwoListeners listeners =
          TwoListeners.start(
              builder, port, site, opsPort, TwoListeners.operators(new HealthHandler(NAME), ready));
      watch.start();
      return new BackendServer(watch, listeners);
    } catch (RuntimeException e) {
      watch.close();
      throw e;
    }
  }

  /** The port that everybody connects to. */
  public int clientPort() {
    return listeners.clientPort();
  }

  /** The port that operators connect to. */
  public int opsPort() {
    return listeners.opsPort();
  }

  @Override
  public void close() {
    listeners.close();
    watch.close();
  }
}
