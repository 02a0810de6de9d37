package xyz.trollllm.server;

import io.undertow.connector.ByteBufferPool;
import java.security.NoSuchAlgorithmException;
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
  private final UpstreamConfig config;
  private final ByteBufferPool buffers;
  private final TlsClient tls;
  private final HostResolver resolver = new HostResolver();
  private final ConcurrentMap<XnioIoThread, ConnectionPool> pools = new ConcurrentHashMap<>();
  private final AtomicInteger inFlight = new AtomicInteger();

  /** An upstream that trusts the certificate authorities the JDK trusts. */
  public EventLoopUpstream(UpstreamConfig config, ByteBufferPool buffers) {
    this(config, buffers, trustOfTheJdk());
  }

  /** An upstream with its own idea of whom to trust. */
  public EventLoopUpstream(UpstreamConfig config, ByteBufferPool buffers, SSLContext trust) {
    this.config = config;
    this.buffers = buffers;
    this.tls = new TlsClient(trust);
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
    ConnectionPool pool = pool((XnioEventLoop) loop);
    if (inFlight.incrementAndGet() > config.maxConnections()) {
      inFlight.decrementAndGet();
      EventLoopTransfer refused = new EventLoopTransfer(config, pool, request, listener, () -> {});
      refused.refuse(new UpstreamFailure.Saturated(config.maxConnections()));
      return refused;
    }
    EventLoopTransfer transfer =
        new EventLoopTransfer(config, pool, request, listener, inFlight::decrementAndGet);
    transfer.start();
    return transfer;
  }

  private ConnectionPool pool(XnioEventLoop loop) {
    ConnectionPool known = pools.get(loop.thread());
    return known != null
        ? known
        : pools.computeIfAbsent(
            loop.thread(), _ -> new ConnectionPool(loop, buffers, resolver, tls));
  }

  @Override
  public void close() {
    for (ConnectionPool pool : pools.values()) {
      try {
        pool.loop().execute(pool::close);
      } catch (RejectedExecutionException _) {
        // The thread is gone, and its sockets with it.
      }
    }
  }
}
