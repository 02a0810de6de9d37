package xyz.trollllm.proxy.upstream;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import xyz.trollllm.config.UpstreamConfig;
import xyz.trollllm.proxy.Headers;

/**
 * What every {@link Upstream} must do, proved over real sockets. The promises stand in the
 * subclasses; each kind of upstream brings a rig and inherits them all. That callbacks come on the
 * loop, in order, after {@code open} has returned and end once is checked by every {@link
 * TestCall}.
 */
@Timeout(30)
public abstract class UpstreamConformance {
  protected static final Duration PATIENCE = Duration.ofSeconds(20);
  protected static final TestCertificates CERTIFICATES = new TestCertificates();

  private final Deque<AutoCloseable> resources = new ArrayDeque<>();
  private @Nullable UpstreamRig rig;

  protected abstract UpstreamRig newRig();

  @BeforeEach
  void openRig() {
    rig = closedLater(newRig());
  }

  @AfterEach
  void closeResources() throws Exception {
    while (!resources.isEmpty()) {
      resources.pop().close();
    }
  }

  protected <T extends AutoCloseable> T closedLater(T resource) {
    resources.push(resource);
    return resource;
  }

  protected UpstreamRig rig() {
    if (rig == null) {
      throw new IllegalStateException("no rig before the test has begun");
    }
    return rig;
  }

  protected ScriptedServer serve(ScriptedServer.Script script) throws Exception {
    return closedLater(ScriptedServer.plain(script));
  }

  /** A server that gives the same answer to every request, on connections it keeps open. */
  protected ScriptedServer answering(String answer) throws Exception {
    return serve(peer -> {
      while (peer.readRequest() != null) {
        peer.send(answer);
      }
    });
  }

  protected Upstream upstream() {
    return upstream(PATIENCE, PATIENCE);
  }

  protected Upstream upstream(Duration responseTimeout, Duration idleTimeout) {
    return upstream(100, PATIENCE, responseTimeout, idleTimeout);
  }

  protected Upstream upstream(
      int maxConnections, Duration connectTimeout, Duration responseTimeout, Duration idleTimeout) {
    UpstreamConfig config = config(maxConnections, connectTimeout, responseTimeout, idleTimeout);
    return closedLater(rig().upstream(config, CERTIFICATES.clientTrust()));
  }

  protected static UpstreamConfig config(
      int maxConnections, Duration connectTimeout, Duration responseTimeout, Duration idleTimeout) {
    return new UpstreamConfig(
        "test",
        Map.of(),
        "TEST_API_KEY",
        UpstreamConfig.AuthStyle.BEARER,
        maxConnections,
        connectTimeout,
        responseTimeout,
        idleTimeout,
        null);
  }

  protected TestCall open(Upstream upstream, URI url) {
    return open(upstream, request(url, "{}"));
  }

  protected TestCall open(Upstream upstream, UpstreamRequest request) {
    return TestCall.open(upstream, request, rig().loop(0), _ -> {});
  }

  protected static UpstreamRequest request(URI url, String body) {
    return new UpstreamRequest(url, Headers.EMPTY, List.of(ByteBuffer.wrap(body.getBytes(UTF_8))));
  }

  /** Bytes without a pattern, the same at every run. */
  protected static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  protected static long millisSince(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
  }
}
