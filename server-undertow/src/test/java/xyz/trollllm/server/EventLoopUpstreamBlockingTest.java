package xyz.trollllm.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import xyz.trollllm.proxy.BlockingWatch;
import xyz.trollllm.proxy.Headers;
import xyz.trollllm.proxy.upstream.ScriptedServer;
import xyz.trollllm.proxy.upstream.TestCall;
import xyz.trollllm.proxy.upstream.Upstream;
import xyz.trollllm.proxy.upstream.UpstreamConformance;
import xyz.trollllm.proxy.upstream.UpstreamFailure;
import xyz.trollllm.proxy.upstream.UpstreamRequest;
import xyz.trollllm.proxy.upstream.UpstreamRig;

/** Nothing that an upstream does, in good times or bad, blocks an I/O thread. */
final class EventLoopUpstreamBlockingTest extends UpstreamConformance {
  private static final String OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

  @Override
  protected UpstreamRig newRig() {
    return new XnioRig();
  }

  private static void answerEverything(ScriptedServer.Peer peer) throws Exception {
    while (peer.readRequest() != null) {
      peer.send(OK);
    }
  }

  @Test
  void noIoThreadBlocks() throws Exception {
    ScriptedServer plain = answering(OK);
    ScriptedServer secure =
        closedLater(
            ScriptedServer.secure(
                CERTIFICATES.server("localhost"), EventLoopUpstreamBlockingTest::answerEverything));
    ScriptedServer silent = serve(ScriptedServer.Peer::awaitClosed);
    exercise(plain, secure, silent);
    try (BlockingWatch watch = BlockingWatch.start()) {
      exercise(plain, secure, silent);

      watch.assertNoneBlocked(name -> name.startsWith(XnioRig.WORKER_NAME));
    }
  }

  private void exercise(ScriptedServer plain, ScriptedServer secure, ScriptedServer silent) {
    Upstream upstream = upstream();
    for (int round = 0; round < 5; round++) {
      answered(upstream, plain.url());
      answered(upstream, plain.url("localhost"));
      answered(upstream, secure.url("localhost"));
    }
    TestCall large = open(upstream, large(secure.url("localhost")));
    assertThat(large.awaitText()).isEqualTo("ok");
    TestCall unknown = open(upstream, URI.create("https://upstream.invalid/"));
    assertThat(unknown.awaitFailure()).isInstanceOf(UpstreamFailure.NotConnected.class);
    TestCall unanswered = open(upstream(Duration.ofMillis(300), PATIENCE), silent.url());
    assertThat(unanswered.awaitFailure()).isInstanceOf(UpstreamFailure.NoAnswer.class);
  }

  private void answered(Upstream upstream, URI url) {
    List<TestCall> calls =
        IntStream.range(0, 20)
            .mapToObj(i -> rig().loop(i % rig().loops()))
            .map(loop -> TestCall.open(upstream, request(url, "{}"), loop, _ -> {}))
            .toList();
    assertThat(calls).allSatisfy(call -> assertThat(call.awaitText()).isEqualTo("ok"));
  }

  private static UpstreamRequest large(URI url) {
    return new UpstreamRequest(url, Headers.EMPTY, List.of(ByteBuffer.allocate(5_000_000)));
  }
}
