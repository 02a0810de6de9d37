package xyz.trollllm.proxy.upstream;

import java.util.List;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Nested;
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
