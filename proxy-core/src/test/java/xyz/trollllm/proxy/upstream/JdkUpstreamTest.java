package xyz.trollllm.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLContext;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import xyz.trollllm.config.UpstreamConfig;
import xyz.trollllm.proxy.EventLoop;
import xyz.trollllm.proxy.LoopThread;

/** The portable upstream keeps every promise of an upstream. */
final class JdkUpstreamTest {

  @Nested
  final class Answers extends AnswerConformance {
    @Override
    protected UpstreamRig newRig() {
      return new JdkRig();
    }
  }

  @Nested
  final class BrokenAnswers extends BrokenAnswerConformance {
    @Override
    protected UpstreamRig newRig() {
      return new JdkRig();
    }
  }

  @Nested
  final class Connections extends ConnectionConformance {
    @Override
    protected UpstreamRig newRig() {
      return new JdkRig();
    }
  }

  @Nested
  final class Flow extends FlowConformance {
    @Override
    protected UpstreamRig newRig() {
      return new JdkRig();
    }
  }

  @Nested
  final class Tls extends TlsConformance {
    @Override
    protected UpstreamRig newRig() {
      return new JdkRig();
    }
  }

  @Nested
  final class Specialities extends UpstreamConformance {
    @Override
    protected UpstreamRig newRig() {
      return new JdkRig();
    }

    @Test
    void http2IsSpokenWhereOffered() throws Exception {
      MockWebServer server = closedLater(new MockWebServer());
      server.useHttps(CERTIFICATES.server("localhost").getSocketFactory());
      server.enqueue(new MockResponse.Builder().body("ok").build());
      server.start();

      TestCall call = open(upstream(), URI.create("https://localhost:" + server.getPort() + "/"));

      assertThat(call.awaitText()).isEqualTo("ok");
      assertThat(server.takeRequest().getVersion()).isEqualTo("HTTP/2");
    }

    @Test
    void userAgentIsOursIfTheRequestHasNone() throws Exception {
      ScriptedServer server = answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");

      open(upstream(), server.url()).awaitEnd();

      assertThat(server.requests().getFirst().headerLines())
          .map(line -> line.toLowerCase(Locale.ROOT))
          .contains("user-agent: metered-llm-gateway");
    }
  }

  private static final class JdkRig implements UpstreamRig {
    private final List<LoopThread> loops =
        List.of(new LoopThread("loop 0"), new LoopThread("loop 1"), new LoopThread("loop 2"));

    @Override
    public Upstream upstream(UpstreamConfig config, SSLContext trust) {
      return new JdkUpstream(config, trust);
    }

    @Override
    public EventLoop loop(int number) {
      return loops.get(number).loop();
    }

    @Override
    public int loops() {
      return loops.size();
    }

    @Override
    public void close() {
      loops.forEach(LoopThread::close);
    }
  }
}
