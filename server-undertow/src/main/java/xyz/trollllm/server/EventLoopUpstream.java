package xyz.trollllm.server;

import io.undertow.connector.ByteBufferPool;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.xnio.XnioIoThread;
import xyz.trollllm.config.UpstreamConfig;
import xyz.trollllm.proxy.EventLoop;
import xyz.trollllm.proxy.upstream.Upstream;
import xyz.trollllm.proxy.upstream.UpstreamFailure;
import xyz.trollllm.proxy.upstream.UpstreamRequest;

/**
 * An upstream on the I/O threads that serve the clients: a call's two sockets belong to the same
 * thread, so nothing is handed over and nothing is locked. Speaks HTTP/1.1.
 *
 * <p>Requests in flight are counted over all threads; connections are kept per thread.
 */
public final class EventLoopUpstream implements Upstream {
  static final String SHUT_DOWN = "this upstream was shut down";

  /** Shorter than what servers usually grant, so that this side is the first to close. */
  private static final Duration IDLE_LIMIT = Duration.ofSeconds(30);

  private final UpstreamConfig config;
  private final ByteBufferPool buffers;
  private final TlsClient tls;
  private final HostResolver resolver = new HostResolver();
  private final ConcurrentMap<XnioIoThread, ConnectionPool> pools = new ConcurrentHashMap<>();
  private final AtomicInteger inFlight = new AtomicInteger();
  private final Duration idleLimit;
  private volatile boolean closed;

  /** An upstream that trusts the certificate authorities the JDK trusts. */
  public EventLoopUpstream(UpstreamConfig config, ByteBufferPool buffers) {
    this(config, buffers, trustOfTheJdk());
  }

  /** An upstream with its own idea of whom to trust. */
  public EventLoopUpstream(UpstreamConfig config, ByteBufferPool buffers, SSLContext trust) {
    this(config, buffers, trust, IDLE_LIMIT);
  }

  EventLoopUpstream(
      UpstreamConfig config, ByteBufferPool buffers, SSLContext trust, Duration idleLimit) {
    this.config = config;
    this.buffers = buffers;
    this.tls = new TlsClient(trust);
    this.idleLimit = idleLimit;
  }

  private static SSLContext trustOfTheJdk() {
    try {
      return SSLContext.getDefault();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JDK has no TLS", e);
    }
  }

  @Override
  public Transfer open(UpstreamRequest request, EventLoop loop, Listener listener) {
    EventLoopTransfer transfer =
        new EventLoopTransfer(
            config, pool((XnioEventLoop) loop), request, listener, inFlight::decrementAndGet);
    if (inFlight.incrementAndGet() > config.maxConnections()) {
      transfer.fail(new UpstreamFailure.Saturated(config.maxConnections()));
    } else if (closed) {
      transfer.notConnected(SHUT_DOWN);
    } else {
      transfer.start();
    }
    return transfer;
  }

  private ConnectionPool pool(XnioEventLoop loop) {
    ConnectionPool known = pools.get(loop.thread());
    return known != null
        ? known
        : pools.computeIfAbsent(
            loop.thread(), _ -> new ConnectionPool(loop, buffers, resolver, tls, idleLimit));
  }

  @Override
  public void close() {
    closed = true;
    for (ConnectionPool pool : pools.values()) {
      try {
        pool.loop().execute(pool::close);
      } catch (RejectedExecutionException _) {
        // The thread is gone, and its sockets with it.
      }
    }
  }
}
