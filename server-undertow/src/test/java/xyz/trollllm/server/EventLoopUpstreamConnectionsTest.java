package xyz.trollllm.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import xyz.trollllm.proxy.Headers;
import xyz.trollllm.proxy.upstream.ScriptedServer;
import xyz.trollllm.proxy.upstream.TestCall;
import xyz.trollllm.proxy.upstream.Upstream;
import xyz.trollllm.proxy.upstream.UpstreamConformance;
import xyz.trollllm.proxy.upstream.UpstreamFailure;
import xyz.trollllm.proxy.upstream.UpstreamRequest;
import xyz.trollllm.proxy.upstream.UpstreamRig;

/** What the event-loop upstream does with connections beyond what every upstream must. */
final class EventLoopUpstreamConnectionsTest extends UpstreamConformance {
  private static final String OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

  @Override
  protected UpstreamRig newRig() {
    return new XnioRig();
  }

  @Test
  void answerMayComeBeforeTheRequestIsComplete() throws Exception {
    CountDownLatch answered = new CountDownLatch(1);
    ScriptedServer server =
        serve(peer -> {
          peer.readHead();
          peer.send("HTTP/1.1 413 Too Large\r\ncontent-length: 9\r\n\r\ntoo large");
          answered.await();
        });
    UpstreamRequest request =
        new UpstreamRequest(server.url(), Headers.EMPTY, List.of(ByteBuffer.allocate(30_000_000)));

    TestCall call = open(upstream(), request);

    assertThat(call.awaitText()).isEqualTo("too large");
    answered.countDown();
    assertThat(call.awaitHead().status()).isEqualTo(413);
  }

  @Test
  void connectionIsNotUsedAgainAfterUnaskedBytes() throws Exception {
    ScriptedServer server = answering(OK + "and more");
    Upstream upstream = upstream();

    assertThat(open(upstream, server.url()).awaitText()).isEqualTo("ok");
    assertThat(open(upstream, server.url()).awaitText()).isEqualTo("ok");

    assertThat(server.connections()).isEqualTo(2);
  }

  @Test
  void eachThreadKeepsItsOwnConnection() throws Exception {
    ScriptedServer server = answering(OK);
    Upstream upstream = upstream();

    for (int i = 0; i < 10; i++) {
      UpstreamRequest request = request(server.url(), "{}");
      TestCall.open(upstream, request, rig().loop(i % 2), _ -> {}).awaitEnd();
    }

    assertThat(server.connections()).isEqualTo(2);
  }

  @Test
  void connectionUsedLastIsUsedFirst() throws Exception {
    BlockingQueue<Integer> used = new LinkedBlockingQueue<>();
    List<Semaphore> mayAnswer = List.of(new Semaphore(0), new Semaphore(0), new Semaphore(0));
    ScriptedServer server =
        serve(peer -> {
          while (peer.readRequest() != null) {
            used.add(peer.number());
            mayAnswer.get(peer.number()).acquire();
            peer.send(OK);
          }
        });
    Upstream upstream = upstream();
    TestCall one = open(upstream, server.url());
    TestCall two = open(upstream, server.url());
    assertThat(List.of(used.take(), used.take())).containsExactlyInAnyOrder(1, 2);
    mayAnswer.get(2).release();
    mayAnswer.get(1).release();
    one.awaitEnd();
    two.awaitEnd();
    mayAnswer.forEach(semaphore -> semaphore.release(10));

    for (int i = 0; i < 5; i++) {
      open(upstream, server.url()).awaitEnd();
    }

    assertThat(used).hasSize(5).containsOnly(used.element());
  }

  @Test
  void idleConnectionIsClosedAfterItsTime() throws Exception {
    CountDownLatch closed = new CountDownLatch(1);
    ScriptedServer server =
        serve(peer -> {
          peer.readRequest();
          peer.send(OK);
          peer.awaitClosed();
          closed.countDown();
        });
    Upstream upstream =
        closedLater(
            ((XnioRig) rig())
                .upstream(
                    config(10, PATIENCE, PATIENCE, PATIENCE),
                    CERTIFICATES.clientTrust(),
                    Duration.ofMillis(100)));

    open(upstream, server.url()).awaitEnd();

    assertThat(closed.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void cancelDuringTheHandshakeClosesTheConnectionAndFreesThePlace() throws Exception {
    CountDownLatch greeted = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    ScriptedServer silent =
        serve(peer -> {
          greeted.countDown();
          peer.awaitClosed();
          closed.countDown();
        });
    ScriptedServer server = answering(OK);
    Upstream upstream = upstream(1, PATIENCE, PATIENCE, PATIENCE);
    URI url = URI.create("https://localhost:" + silent.url().getPort() + "/");
    TestCall call = open(upstream, url);
    greeted.await();

    call.onLoop(Upstream.Transfer::cancel);

    assertThat(closed.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(call.isPending()).isTrue();
    assertThat(open(upstream, server.url()).awaitText()).isEqualTo("ok");
  }

  @Test
  void closedUpstreamConnectsToNobody() throws Exception {
    ScriptedServer server = answering(OK);
    Upstream upstream = upstream();
    upstream.close();

    TestCall call = open(upstream, server.url());

    assertThat(call.awaitFailure()).isInstanceOf(UpstreamFailure.NotConnected.class);
    assertThat(server.connections()).isZero();
  }
}
