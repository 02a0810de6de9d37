package xyz.trollllm.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLContext;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import okhttp3.Protocol;
import okio.Buffer;
import okio.ByteString;
import org.junit.jupiter.api.Test;

/** TLS is used as told, and only with whom the certificate proves it to be. */
public abstract class TlsConformance extends UpstreamConformance {
  private static final String OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

  private ScriptedServer serveSecurely(SSLContext identity, ScriptedServer.Script script)
      throws Exception {
    return closedLater(ScriptedServer.secure(identity, script));
  }

  private static void answerEverything(ScriptedServer.Peer peer) throws Exception {
    while (peer.readRequest() != null) {
      peer.send(OK);
    }
  }

  @Test
  void requestsInTurnShareATlsConnection() throws Exception {
    ScriptedServer server =
        serveSecurely(CERTIFICATES.server("localhost"), TlsConformance::answerEverything);
    Upstream upstream = upstream();

    for (int i = 0; i < 50; i++) {
      assertThat(open(upstream, server.url("localhost")).awaitText()).isEqualTo("ok");
    }

    assertThat(server.connections()).isEqualTo(1);
  }

  @Test
  void tenMegabytesPassUnchangedOverTls() throws Exception {
    byte[] body = bytes(10_000_000);
    MockWebServer server = closedLater(new MockWebServer());
    server.useHttps(CERTIFICATES.server("localhost").getSocketFactory());
    server.setProtocols(List.of(Protocol.HTTP_1_1));
    server.enqueue(new MockResponse.Builder().chunkedBody(new Buffer().write(body), 5003).build());
    server.start();
    URI url = URI.create("https://localhost:" + server.getPort() + "/");

    TestCall call = open(upstream(), request(url, "x".repeat(1_000_000)));

    assertThat(call.awaitEnd()).isEqualTo(body);
    assertThat(server.takeRequest().getBody()).extracting(ByteString::size).isEqualTo(1_000_000);
  }

  @Test
  void eachEventOverTlsIsDeliveredBeforeTheNextIsSent() throws Exception {
    CountDownLatch firstSeen = new CountDownLatch(1);
    ScriptedServer server =
        serveSecurely(
            CERTIFICATES.server("localhost"),
            peer -> {
              peer.readRequest();
              peer.send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
              peer.sendChunk("one");
              firstSeen.await();
              for (int i = 0; i < 1000; i++) {
                peer.sendChunk("two");
              }
              peer.send("0\r\n\r\n");
              peer.awaitClosed();
            });

    TestCall call = open(upstream(), server.url("localhost"));
    call.awaitBytes(3);
    firstSeen.countDown();

    assertThat(call.awaitText()).isEqualTo("one" + "two".repeat(1000));
  }

  @Test
  void tlsTransferPausedAtEveryDeliveryIsComplete() throws Exception {
    String body = "0123456789".repeat(100_000);
    ScriptedServer server =
        serveSecurely(
            CERTIFICATES.server("localhost"),
            peer -> {
              peer.readRequest();
              peer.send("HTTP/1.1 200 OK\r\ncontent-length: " + body.length() + "\r\n\r\n");
              peer.send(body);
              peer.awaitClosed();
            });

    TestCall call =
        TestCall.open(
            upstream(),
            request(server.url("localhost"), "{}"),
            rig().loop(0),
            running -> {
              running.transfer().pause();
              rig().loop(0).execute(() -> running.transfer().resume());
            });

    assertThat(call.awaitText()).isEqualTo(body);
  }

  @Test
  void certificateForAnotherNameIsRefused() throws Exception {
    ScriptedServer server =
        serveSecurely(CERTIFICATES.server("elsewhere.test"), TlsConformance::answerEverything);

    TestCall call = open(upstream(), server.url("localhost"));

    assertThat(call.awaitFailure()).isInstanceOf(UpstreamFailure.NotConnected.class);
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void certificateOfAnUnknownAuthorityIsRefused() throws Exception {
    ScriptedServer server =
        serveSecurely(new TestCertificates().server("localhost"), TlsConformance::answerEverything);

    TestCall call = open(upstream(), server.url("localhost"));

    assertThat(call.awaitFailure()).isInstanceOf(UpstreamFailure.NotConnected.class);
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void serverThatDoesNotSpeakTlsIsNotConnected() throws Exception {
    ScriptedServer server = serve(peer -> peer.send("HTTP/1.1 400 Bad Request\r\n\r\n"));
    URI url = URI.create("https://localhost:" + server.url().getPort() + "/");

    TestCall call = open(upstream(), url);

    assertThat(call.awaitFailure()).isInstanceOf(UpstreamFailure.NotConnected.class);
  }

  @Test
  void handshakeThatNeverEndsIsNotConnected() throws Exception {
    ScriptedServer server = serve(ScriptedServer.Peer::awaitClosed);
    URI url = URI.create("https://localhost:" + server.url().getPort() + "/");

    TestCall call = open(upstream(10, Duration.ofMillis(300), PATIENCE, PATIENCE), url);

    assertThat(call.awaitFailure()).isInstanceOf(UpstreamFailure.NotConnected.class);
  }
}
