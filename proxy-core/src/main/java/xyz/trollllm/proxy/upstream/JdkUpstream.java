package xyz.trollllm.proxy.upstream;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import xyz.trollllm.config.UpstreamConfig;
import xyz.trollllm.proxy.EventLoop;

/**
 * An upstream on the JDK's own HTTP client: runs anywhere, with any {@link EventLoop}, and speaks
 * HTTP/2 where the upstream offers it over TLS. It hands every event from the client's threads to
 * the call's loop, which costs several times what an upstream on the loop itself does.
 *
 * <p>What the client does not allow for: it always sends a user agent, {@value #USER_AGENT} if the
 * request names none, and it reads an answer only after the whole request was taken.
 */
public final class JdkUpstream implements Upstream {
  private static final String USER_AGENT = "metered-llm-gateway";

  private final UpstreamConfig config;
  private final HttpClient client;
  private final AtomicInteger inFlight = new AtomicInteger();

  /** An upstream that trusts the certificate authorities the JDK trusts. */
  public JdkUpstream(UpstreamConfig config) {
    this(config, HttpClient.newBuilder());
  }

  /** An upstream with its own idea of whom to trust. */
  public JdkUpstream(UpstreamConfig config, SSLContext tls) {
    this(config, HttpClient.newBuilder().sslContext(tls));
  }

  private JdkUpstream(UpstreamConfig config, HttpClient.Builder builder) {
    this.config = config;
    this.client =
        builder
            .connectTimeout(config.connectTimeout())
            .followRedirects(HttpClient.Redirect.NEVER)
            .proxy(HttpClient.Builder.NO_PROXY)
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .build();
  }

  @Override
  public Transfer open(UpstreamRequest request, EventLoop loop, Listener listener) {
    OnceOnlyBody body = new OnceOnlyBody(request.body());
    HttpRequest sent = httpRequest(request, body);
    JdkTransfer transfer = new JdkTransfer(config, body, loop, listener);
    if (inFlight.incrementAndGet() > config.maxConnections()) {
      inFlight.decrementAndGet();
      transfer.refuse(new UpstreamFailure.Saturated(config.maxConnections()));
    } else {
      transfer.start(client, sent, inFlight::decrementAndGet);
    }
    return transfer;
  }

  private static HttpRequest httpRequest(UpstreamRequest request, OnceOnlyBody body) {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(request.url()).version(version(request.url())).POST(body);
    request.headers().forEach(builder::header);
    if (!request.headers().contains("user-agent")) {
      builder.header("user-agent", USER_AGENT);
    }
    return builder.build();
  }

  /** In plain text HTTP/2 would begin with an upgrade, which sends hop-by-hop headers. */
  private static HttpClient.Version version(URI url) {
    return url.getScheme().equalsIgnoreCase("https")
        ? HttpClient.Version.HTTP_2
        : HttpClient.Version.HTTP_1_1;
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
