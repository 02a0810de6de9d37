package xyz.trollllm.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.trollllm.proxy.Headers;

/**
 * Whatever an upstream does wrong is told as the failure it is, once, and nothing is sent again.
 */
public abstract class BrokenAnswerConformance extends UpstreamConformance {
  private static final Duration SHORT = Duration.ofMillis(300);
  private static final String OK = "HTTP/1.1 200 OK\r\n";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "SSH-2.0-OpenSSH_9.2\r\n",
        "<html>502</html>\r\n\r\n",
        "HTTP/1.1 abc\r\n\r\n",
        "HTTP/1.1",
        OK + "content-length: 10\r\n",
        OK + "content-length: 10\r\n\r\nonly so",
        OK + "content-length: 1x\r\n\r\nabc",
        OK + "content-length: -1\r\n\r\nabc",
        OK + "transfer-encoding: chunked\r\n\r\n",
        OK + "transfer-encoding: chunked\r\n\r\n5\r\nhel",
        OK + "transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n",
        OK + "transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
        OK + "transfer-encoding: chunked\r\n\r\nhello\r\n0\r\n\r\n",
        OK + "transfer-encoding: chunked\r\n\r\n5\r\n\r\n0\r\n\r\n",
      })
  void invalidOrIncompleteAnswerIsBroken(String answer) throws Exception {
    ScriptedServer server =
        serve(peer -> {
          peer.readRequest();
          peer.send(answer);
        });

    TestCall call = open(upstream(), server.url());

    assertThat(call.awaitFailure()).isInstanceOf(UpstreamFailure.Broken.class);
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void garbageIsBrokenEvenIfTheConnectionStaysOpen() throws Exception {
    ScriptedServer server =
        serve(peer -> {
          peer.readRequest();
          peer.send("SSH-2.0-OpenSSH_9.2\r\n\r\n");
          peer.awaitClosed();
        });

    TestCall call = open(upstream(), server.url());

    assertThat(call.awaitFailure()).isInstanceOf(UpstreamFailure.Broken.class);
  }

  @Test
  void endlessHeadersAreBroken() throws Exception {
    ScriptedServer server =
        serve(peer -> {
          peer.readRequest();
          peer.send(OK);
          for (int i = 0; ; i++) {
            peer.send("x-" + i + ": " + "a".repeat(1000) + "\r\n");
          }
        });

    TestCall call = open(upstream(), server.url());

    assertThat(call.awaitFailure()).isInstanceOf(UpstreamFailure.Broken.class);
  }

  @Test
  void bytesBeforeTheBreakAreDelivered() throws Exception {
    ScriptedServer server =
        serve(peer -> {
          peer.readRequest();
          peer.send(OK + "transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n");
        });

    TestCall call = open(upstream(), server.url());

    assertThat(call.awaitFailure()).isInstanceOf(UpstreamFailure.Broken.class);
    assertThat(call.text()).isEqualTo("hello");
    assertThat(call.awaitHead().status()).isEqualTo(200);
  }

  @Test
  void resetInTheMiddleIsBroken() throws Exception {
    ScriptedServer server =
        serve(peer -> {
          peer.readRequest();
          peer.send(OK + "content-length: 100\r\n\r\nsome");
          peer.reset();
        });

    TestCall call = open(upstream(), server.url());

    assertThat(call.awaitFailure()).isInstanceOf(UpstreamFailure.Broken.class);
  }

  @Test
  void silenceBeforeTheAnswerIsNoAnswer() throws Exception {
    ScriptedServer server =
        serve(peer -> {
          peer.readRequest();
          peer.awaitClosed();
        });
    long start = System.nanoTime();

    TestCall call = open(upstream(SHORT, PATIENCE), server.url());

    assertThat(call.awaitFailure()).isEqualTo(new UpstreamFailure.NoAnswer(SHORT));
    assertThat(millisSince(start)).isBetween(SHORT.toMillis(), PATIENCE.toMillis());
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void silenceInTheMiddleIsBroken() throws Exception {
    ScriptedServer server =
        serve(peer -> {
          peer.readRequest();
          peer.send(OK + "content-length: 100\r\n\r\nsome");
          peer.awaitClosed();
        });
    long start = System.nanoTime();

    TestCall call = open(upstream(PATIENCE, SHORT), server.url());

    assertThat(call.awaitFailure()).isInstanceOf(UpstreamFailure.Broken.class);
    assertThat(call.text()).isEqualTo("some");
    assertThat(millisSince(start)).isBetween(SHORT.toMillis(), PATIENCE.toMillis());
  }

  @Test
  void upstreamThatNeverTakesTheRequestIsNoAnswer() throws Exception {
    ScriptedServer server =
        serve(peer -> {
          peer.readHead();
          new CountDownLatch(1).await();
        });
    UpstreamRequest request =
        new UpstreamRequest(server.url(), Headers.EMPTY, List.of(ByteBuffer.allocate(30_000_000)));

    TestCall call = open(upstream(SHORT, PATIENCE), request);

    assertThat(call.awaitFailure()).isEqualTo(new UpstreamFailure.NoAnswer(SHORT));
  }

  @Test
  void refusedConnectionIsNotConnected() throws Exception {
    try (Socket deaf = new Socket()) {
      deaf.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));

      TestCall call = open(upstream(), URI.create("http://127.0.0.1:" + deaf.getLocalPort() + "/"));

      assertThat(call.awaitFailure()).isInstanceOf(UpstreamFailure.NotConnected.class);
    }
  }

  @Test
  void unknownNameIsNotConnected() {
    TestCall call = open(upstream(), URI.create("http://upstream.invalid/v1/messages"));

    assertThat(call.awaitFailure()).isInstanceOf(UpstreamFailure.NotConnected.class);
  }

  @Test
  void requestIsNotSentAgainWhenTheConnectionIsCut() throws Exception {
    ScriptedServer server =
        serve(peer -> {
          peer.readRequest();
          if (peer.number() > 1) {
            peer.send(OK + "content-length: 0\r\n\r\n");
          }
        });

    TestCall call = open(upstream(), server.url());

    assertThat(call.awaitFailure()).isInstanceOf(UpstreamFailure.Broken.class);
    assertThat(server.connections()).isEqualTo(1);
  }

  @Test
  void requestIsNotSentAgainWhenAKeptConnectionIsCut() throws Exception {
    ScriptedServer server =
        serve(peer -> {
          peer.readRequest();
          peer.send(OK + "content-length: 0\r\n\r\n");
          peer.readRequest();
        });
    Upstream upstream = upstream();
    open(upstream, server.url()).awaitEnd();

    TestCall second = open(upstream, server.url());

    assertThat(second.awaitFailure()).isInstanceOf(UpstreamFailure.Broken.class);
    assertThat(server.requests()).hasSize(2);
  }
}
