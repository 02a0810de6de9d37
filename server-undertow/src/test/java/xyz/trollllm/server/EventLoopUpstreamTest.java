package xyz.trollllm.server;

import org.junit.jupiter.api.Nested;
import xyz.trollllm.proxy.upstream.AnswerConformance;
import xyz.trollllm.proxy.upstream.BrokenAnswerConformance;
import xyz.trollllm.proxy.upstream.ConnectionConformance;
import xyz.trollllm.proxy.upstream.FlowConformance;
import xyz.trollllm.proxy.upstream.TlsConformance;
import xyz.trollllm.proxy.upstream.UpstreamRig;

/** The event-loop upstream keeps every promise of an upstream. */
final class EventLoopUpstreamTest {

  @Nested
  final class Answers extends AnswerConformance {
    @Override
    protected UpstreamRig newRig() {
      return new XnioRig();
    }
  }

  @Nested
  final class BrokenAnswers extends BrokenAnswerConformance {
    @Override
    protected UpstreamRig newRig() {
      return new XnioRig();
    }
  }

  @Nested
  final class Connections extends ConnectionConformance {
    @Override
    protected UpstreamRig newRig() {
      return new XnioRig();
    }
  }

  @Nested
  final class Flow extends FlowConformance {
    @Override
    protected UpstreamRig newRig() {
      return new XnioRig();
    }
  }

  @Nested
  final class Tls extends TlsConformance {
    @Override
    protected UpstreamRig newRig() {
      return new XnioRig();
    }
  }
}
