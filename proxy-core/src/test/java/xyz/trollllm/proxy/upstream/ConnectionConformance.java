package xyz.trollllm.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Connections are used again when that is safe, bounded in number, and closed when they must be.
 */
public abstract class ConnectionConformance extends UpstreamConformance {
  private static final String OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

  @Test
  void manyRequestsInTurnShareAConnection() throws Exception {
    ScriptedServer server = answering(OK);
    Upstream upstream = upstream();

    for (int i = 0; i < 1000; i++) {
      assertThat(open(upstream, server.url()).awaitText()).isEqualTo("ok");
    }

    assertThat(server.requests()).hasSize(1000);
    assertThat(server.connections()).isLessThanOrEqualTo(3);
  }

  @Test
  void manyRequestsAtOnceOnSeveralLoopsAreAllAnswered() throws Exception {
    ScriptedServer server = answering(OK);
    Upstream upstream = upstream();
    List<TestCall> calls = new ArrayList<>();

    for (int i = 0; i < 90; i++) {
      UpstreamRequest request = request(server.url(), "{}");
      calls.add(TestCall.open(upstream, request, rig().loop(i % rig().loops()), _ -> {}));
    }

    assertThat(calls).allSatisfy(call -> assertThat(call.awaitText()).isEqualTo("ok"));
    assertThat(server.requests()).hasSize(90);
  }

  @Test
  void requestBeyondTheLimitIsRefusedWithoutBeingSent() throws Exception {
    CountDownLatch finish = new CountDownLatch(1);
    ScriptedServer server =
        serve(peer -> {
          while (peer.readRequest() != null) {
            peer.send("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\no");
            finish.await();
            peer.send("k");
          }
        });
    Upstream upstream = upstream(2, PATIENCE, PATIENCE, PATIENCE);
    TestCall first = open(upstream, server.url());
    TestCall second = open(upstream, server.url());

    TestCall third = open(upstream, server.url());

    assertThat(third.awaitFailure()).isEqualTo(new UpstreamFailure.Saturated(2));
    finish.countDown();
    assertThat(first.awaitText()).isEqualTo("ok");
    assertThat(second.awaitText()).isEqualTo("ok");
    assertThat(server.requests()).hasSize(2);
  }

  /** How a transfer may be over. */
  enum Over {
    ANSWERED,
    BROKEN,
    CANCELLED
  }

  @ParameterizedTest
  @EnumSource
  void placeIsFreeAgainHoweverATransferEnds(Over over) throws Exception {
    Semaphore served = new Semaphore(0);
    ScriptedServer server =
        serve(peer -> {
          while (peer.readRequest() != null) {
            served.release();
            if (over == Over.ANSWERED || served.availablePermits() > 3) {
              peer.send(OK);
            } else if (over == Over.BROKEN) {
              peer.reset();
            }
          }
        });
    Upstream upstream = upstream(1, PATIENCE, PATIENCE, PATIENCE);

    for (int i = 0; i < 3; i++) {
      TestCall call = open(upstream, server.url());
      switch (over) {
        case ANSWERED -> call.awaitEnd();
        case BROKEN -> call.awaitFailure();
        case CANCELLED -> call.onLoop(Upstream.Transfer::cancel);
      }
    }

    if (over == Over.CANCELLED) {
      served.release(4);
    }
    assertThat(open(upstream, server.url()).awaitText()).isEqualTo("ok");
  }

  @Test
  void connectionThatTheUpstreamWillCloseIsNotUsedAgain() throws Exception {
    ScriptedServer server =
        answering("HTTP/1.1 200 OK\r\nConnection: Close\r\ncontent-length: 2\r\n\r\nok");
    Upstream upstream = upstream();

    open(upstream, server.url()).awaitEnd();
    open(upstream, server.url()).awaitEnd();

    assertThat(server.connections()).isEqualTo(2);
  }

  @Test
  void connectionThatTheUpstreamClosedMeanwhileIsNotUsedAgain() throws Exception {
    CountDownLatch closed = new CountDownLatch(1);
    ScriptedServer server =
        serve(peer -> {
          peer.readRequest();
          peer.send(OK);
          if (peer.number() == 1) {
            peer.shutdown();
            peer.awaitClosed();
            closed.countDown();
          } else {
            peer.awaitClosed();
          }
        });
    Upstream upstream = upstream();
    open(upstream, server.url()).awaitEnd();

    assertThat(closed.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();

    assertThat(open(upstream, server.url()).awaitText()).isEqualTo("ok");
  }

  @Test
  void cancelClosesTheConnectionAndSilencesTheListener() throws Exception {
    CountDownLatch closed = new CountDownLatch(1);
    ScriptedServer server =
        serve(peer -> {
          peer.readRequest();
          peer.send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
          peer.sendChunk("some");
          peer.awaitClosed();
          closed.countDown();
        });
    TestCall call = open(upstream(), server.url());
    call.awaitBytes(4);

    call.onLoop(Upstream.Transfer::cancel);

    assertThat(closed.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(call.isPending()).isTrue();
    call.assertNoBreach();
  }

  @Test
  void cancelBeforeTheAnswerClosesTheConnection() throws Exception {
    CountDownLatch received = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    ScriptedServer server =
        serve(peer -> {
          peer.readRequest();
          received.countDown();
          peer.awaitClosed();
          closed.countDown();
        });
    TestCall call = open(upstream(), server.url());
    received.await();

    call.onLoop(Upstream.Transfer::cancel);

    assertThat(closed.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(call.isPending()).isTrue();
  }

  @Test
  void nothingIsDeliveredAfterCancelInsideADelivery() throws Exception {
    ScriptedServer server =
        serve(peer -> {
          peer.readRequest();
          peer.send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
          while (true) {
            peer.sendChunk("some");
          }
        });

    TestCall call =
        TestCall.open(
            upstream(),
            request(server.url(), "{}"),
            rig().loop(0),
            running -> running.transfer().cancel());
    call.awaitBytes(4);
    int delivered = call.body().length;
    call.onLoop(_ -> {});

    assertThat(call.deliveries()).isEqualTo(1);
    assertThat(call.body()).hasSize(delivered);
  }

  @Test
  void closingTheUpstreamFailsRunningTransfers() throws Exception {
    ScriptedServer server =
        serve(peer -> {
          peer.readRequest();
          peer.send("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nsome");
          peer.awaitClosed();
        });
    Upstream upstream = upstream();
    TestCall call = open(upstream, server.url());
    call.awaitBytes(4);

    upstream.close();

    assertThat(call.awaitFailure()).isInstanceOf(UpstreamFailure.Broken.class);
  }
}
