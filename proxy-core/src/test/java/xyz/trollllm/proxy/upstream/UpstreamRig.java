package xyz.trollllm.proxy.upstream;

import javax.net.ssl.SSLContext;
import xyz.trollllm.config.UpstreamConfig;
import xyz.trollllm.proxy.EventLoop;

/** One kind of upstream, with the event loops it needs, for a conformance test. */
public interface UpstreamRig extends AutoCloseable {

  Upstream upstream(UpstreamConfig config, SSLContext trust);

  /** A running loop; different numbers below {@link #loops} give different loops. */
  EventLoop loop(int number);

  int loops();

  @Override
  void close();
}
