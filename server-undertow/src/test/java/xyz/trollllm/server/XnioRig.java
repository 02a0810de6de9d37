package xyz.trollllm.server;

import io.undertow.server.DefaultByteBufferPool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.Xnio;
import org.xnio.XnioWorker;
import xyz.trollllm.config.UpstreamConfig;
import xyz.trollllm.proxy.EventLoop;
import xyz.trollllm.proxy.upstream.Upstream;
import xyz.trollllm.proxy.upstream.UpstreamRig;

/** Event-loop upstreams on an XNIO worker of their own. */
final class XnioRig implements UpstreamRig {
  static final String WORKER_NAME = "test-worker";

  private static final int THREADS = 3;

  private final XnioWorker worker = worker();
  private final DefaultByteBufferPool buffers = new DefaultByteBufferPool(true, 16364, 4000, 0);

  private static XnioWorker worker() {
    try {
      return Xnio.getInstance()
          .createWorker(
              OptionMap.create(
                  Options.WORKER_IO_THREADS, THREADS, Options.WORKER_NAME, WORKER_NAME));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Upstream upstream(UpstreamConfig config, SSLContext trust) {
    return new EventLoopUpstream(config, buffers, trust);
  }

  Upstream upstream(UpstreamConfig config, SSLContext trust, Duration idleLimit) {
    return new EventLoopUpstream(config, buffers, trust, idleLimit);
  }

  @Override
  public EventLoop loop(int number) {
    return new XnioEventLoop(worker.getIoThread(number));
  }

  @Override
  public int loops() {
    return THREADS;
  }

  @Override
  public void close() {
    worker.shutdownNow();
  }
}
