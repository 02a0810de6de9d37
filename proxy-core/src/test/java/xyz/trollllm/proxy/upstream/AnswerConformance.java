package xyz.trollllm.proxy.upstream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okio.Buffer;
import okio.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.trollllm.proxy.Headers;

/** Requests arrive as given, and valid answers are relayed as they are. */
public abstract class AnswerConformance extends UpstreamConformance {
  private static final String CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n";

  @Test
  void requestIsSentAsGiven() throws Exception {
    ScriptedServer server = answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    Headers headers =
        Headers.of(
            "authorization", "Bearer k", "user-agent", "agent/1", "x-twice", "a", "x-twice", "b");
    List<ByteBuffer> body =
        List.of(
            ByteBuffer.wrap("..{\"model\":".getBytes(UTF_8), 2, 9).slice(),
            ByteBuffer.allocateDirect(3).put("\"m\"".getBytes(UTF_8)).flip(),
            ByteBuffer.wrap("}".getBytes(UTF_8)).asReadOnlyBuffer());

    open(
            upstream(),
            new UpstreamRequest(
                server.url().resolve("/v1/messages?beta=true&x=%2F"), headers, body))
        .awaitEnd();

    ScriptedServer.ReceivedRequest received = server.requests().getFirst();
    assertThat(received.requestLine()).isEqualTo("POST /v1/messages?beta=true&x=%2F HTTP/1.1");
    assertThat(received.headerLines())
        .map(String::toLowerCase)
        .containsExactlyInAnyOrder(
            "host: 127.0.0.1:" + server.url().getPort(),
            "content-length: 13",
            "authorization: bearer k",
            "user-agent: agent/1",
            "x-twice: a",
            "x-twice: b");
    assertThat(received.body()).isEqualTo("{\"model\":\"m\"}");
    assertThat(body).allMatch(ByteBuffer::hasRemaining);
  }

  @Test
  void statusHeadersAndBodyAreRelayed() throws Exception {
    ScriptedServer server =
        answering(
            "HTTP/1.1 429 Slow Down\r\nRetry-AFTER:  7 \r\nx-a: 1\r\nX-A: 2\r\ncontent-LENGTH: 4\r\n\r\nfull");

    TestCall call = open(upstream(), server.url());

    assertThat(call.awaitText()).isEqualTo("full");
    assertThat(call.awaitHead().status()).isEqualTo(429);
    assertThat(call.awaitHead().headers().first("retry-after")).contains("7");
    assertThat(call.awaitHead().headers().all("x-a")).containsExactly("1", "2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 304 Not Modified\r\ncontent-length: 10\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
      })
  void answerWithoutBodyEndsAtOnce(String answer) throws Exception {
    TestCall call = open(upstream(), answering(answer).url());

    assertThat(call.awaitEnd()).isEmpty();
  }

  @Test
  void informationalAnswersAreSwallowed() throws Exception {
    ScriptedServer server =
        answering(
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n"
                + "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");

    TestCall call = open(upstream(), server.url());

    assertThat(call.awaitText()).isEqualTo("ok");
    assertThat(call.awaitHead().status()).isEqualTo(200);
    assertThat(call.awaitHead().headers().contains("link")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.0 200 OK\r\n\r\nuntil the end",
        "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nuntil the end",
      })
  void bodyWithoutLengthEndsWithTheConnection(String answer) throws Exception {
    ScriptedServer server =
        serve(peer -> {
          peer.readRequest();
          peer.send(answer);
        });

    assertThat(open(upstream(), server.url()).awaitText()).isEqualTo("until the end");
  }

  @Test
  void redirectIsRelayedNotFollowed() throws Exception {
    ScriptedServer server =
        answering("HTTP/1.1 307 Elsewhere\r\nlocation: /other\r\ncontent-length: 0\r\n\r\n");

    TestCall call = open(upstream(), server.url());

    assertThat(call.awaitEnd()).isEmpty();
    assertThat(call.awaitHead().status()).isEqualTo(307);
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void chunkExtensionsAndTrailersAreLeftOut() throws Exception {
    ScriptedServer server =
        answering(CHUNKED + "3;name=\"value\"\r\none\r\n03\r\ntwo\r\n0\r\nx-trailer: 1\r\n\r\n");

    TestCall call = open(upstream(), server.url());

    assertThat(call.awaitText()).isEqualTo("onetwo");
    assertThat(call.awaitHead().headers().contains("x-trailer")).isFalse();
  }

  @Test
  void answerMayComeByteByByte() throws Exception {
    String head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nx-a: b\r\n\r\n";
    String answer = head + "5\r\nhello\r\n6;x\r\n world\r\n0\r\n\r\n";
    ScriptedServer server =
        serve(peer -> {
          peer.readRequest();
          for (byte b : answer.getBytes(UTF_8)) {
            peer.send(new byte[] {b});
          }
          peer.awaitClosed();
        });

    TestCall call = open(upstream(), server.url());

    assertThat(call.awaitText()).isEqualTo("hello world");
    assertThat(call.awaitHead().headers().first("x-a")).contains("b");
  }

  @Test
  void eachEventIsDeliveredBeforeTheNextIsSent() throws Exception {
    CountDownLatch firstSeen = new CountDownLatch(1);
    ScriptedServer server =
        serve(peer -> {
          peer.readRequest();
          peer.send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
          peer.sendChunk("data: 1\n\n");
          firstSeen.await();
          peer.sendChunk("data: 2\n\n");
          peer.send("0\r\n\r\n");
          peer.awaitClosed();
        });

    TestCall call = open(upstream(), server.url());
    call.awaitBytes(9);
    assertThat(call.text()).isEqualTo("data: 1\n\n");
    firstSeen.countDown();

    assertThat(call.awaitText()).isEqualTo("data: 1\n\ndata: 2\n\n");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void tenMegabytesPassUnchangedBothWays(boolean chunked) throws Exception {
    byte[] sent = bytes(10_000_000);
    byte[] returned = bytes(10_000_001);
    MockWebServer server = closedLater(new MockWebServer());
    MockResponse.Builder answer = new MockResponse.Builder();
    Buffer body = new Buffer().write(returned);
    server.enqueue((chunked ? answer.chunkedBody(body, 4099) : answer.body(body)).build());
    server.start();

    TestCall call =
        open(upstream(), new UpstreamRequest(server.url("/").uri(), Headers.EMPTY, slices(sent)));

    assertThat(call.awaitEnd()).isEqualTo(returned);
    RecordedRequest recorded = server.takeRequest();
    assertThat(recorded.getBody()).isEqualTo(ByteString.of(sent));
    assertThat(recorded.getHeaders().values("content-length")).containsExactly("10000000");
  }

  private static List<ByteBuffer> slices(byte[] bytes) {
    List<ByteBuffer> slices = new ArrayList<>();
    for (int start = 0, size = 1; start < bytes.length; start += size, size *= 3) {
      slices.add(ByteBuffer.wrap(bytes, start, Math.min(size, bytes.length - start)).slice());
    }
    return slices;
  }
}
