package xyz.trollllm.server;

import io.undertow.protocols.ssl.UndertowXnioSsl;
import io.undertow.server.DefaultByteBufferPool;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.StreamConnection;
import org.xnio.Xnio;
import org.xnio.ssl.SslConnection;

/**
 * TLS towards upstreams: the name asked for is the name the certificate must have. Long
 * computations of a handshake run on virtual threads. Safe for use by many threads.
 */
final class TlsClient {
  /** A record and its head must fit. */
  private static final int RECORD_BYTES = 17 * 1024;

  private static final int POOLED_BUFFERS = 4000;

  private final Executor computations =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("tls-", 0).factory());
  private final UndertowXnioSsl tls;

  TlsClient(SSLContext context) {
    this.tls =
        new UndertowXnioSsl(
            Xnio.getInstance(),
            OptionMap.EMPTY,
            new DefaultByteBufferPool(true, RECORD_BYTES, POOLED_BUFFERS, 0),
            context,
            computations);
  }

  /**
   * Puts TLS on a connection and hands it to {@code prepared} on another thread, because already
   * the first message of the handshake takes long to compute; the handshake is still to come.
   */
  void prepare(StreamConnection connection, Origin origin, Consumer<SslConnection> prepared) {
    computations.execute(() -> prepared.accept(wrap(connection, origin)));
  }

  private SslConnection wrap(StreamConnection connection, Origin origin) {
    OptionMap peer =
        OptionMap.create(
            Options.SSL_PEER_HOST_NAME, origin.host(), Options.SSL_PEER_PORT, origin.port());
    SslConnection secured = tls.wrapExistingConnection(connection, peer);
    SSLEngine engine = UndertowXnioSsl.getSslEngine(secured);
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    engine.setSSLParameters(parameters);
    try {
      engine.beginHandshake();
    } catch (SSLException _) {
      // The handshake itself will fail and be noticed.
    }
    return secured;
  }
}
