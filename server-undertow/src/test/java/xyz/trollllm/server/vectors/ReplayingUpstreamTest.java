package xyz.trollllm.server.vectors;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReplayingUpstreamTest {
  private static final HttpText REQUEST =
      HttpText.parse("POST /one/v1/messages?x=1 HTTP/1.1\nhost: h\n\n{\"a\":1}".getBytes(UTF_8));
  private static final HttpText JSON =
      HttpText.parse("HTTP/1.1 200 OK\ncontent-type: application/json\n\n{}".getBytes(UTF_8));
  private static final HttpText EVENTS =
      HttpText.parse(
          "HTTP/1.1 200 OK\ncontent-type: text/event-stream\n\ndata: 1\r\n\r\n".getBytes(UTF_8));

  private final ReplayingUpstream upstream =
      ReplayingUpstream.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  private final SocketClient client = new SocketClient(upstream.url(), Duration.ofSeconds(20));

  @AfterEach
  void stop() {
    upstream.close();
  }

  private static Replay.Answers whole(HttpText answer) {
    return new Replay.Answers(answer, List.of(answer.body()), false);
  }

  @Test
  void sendsTheRecordedBytesAndTellsWhatItGot() throws IOException {
    upstream.follow(whole(JSON));

    Answered answered = client.send(REQUEST);

    assertThat(answered.complete()).isTrue();
    assertThat(answered.answer().status()).isEqualTo(200);
    assertThat(answered.header("Content-Type")).contains("application/json");
    assertThat(answered.answer().body()).isEqualTo(JSON.body());
    assertThat(upstream.received()).hasSize(1);
    Received received = upstream.received().getFirst();
    assertThat(received.upstream()).isEqualTo("one");
    assertThat(received.path()).isEqualTo("/v1/messages?x=1");
    assertThat(received.request().body()).isEqualTo(REQUEST.body());
  }

  @Test
  void sendsEventStreamsInChunksHoweverCut() throws IOException {
    upstream.follow(new Replay.Answers(EVENTS, Replay.single(EVENTS.body()), false));

    Answered answered = client.send(REQUEST);

    assertThat(answered.complete()).isTrue();
    assertThat(answered.header("transfer-encoding")).contains("chunked");
    assertThat(answered.answer().body()).isEqualTo(EVENTS.body());
  }

  @Test
  void breaksOffWhereTheVectorSays() throws IOException {
    upstream.follow(new Replay.Answers(EVENTS, List.of(EVENTS.body()), true));

    Answered answered = client.send(REQUEST);

    assertThat(answered.complete()).isFalse();
    assertThat(answered.answer().body()).isEqualTo(EVENTS.body());
  }

  @Test
  void refusesUntilItListensAgain() throws IOException {
    upstream.follow(whole(JSON));
    upstream.refuse();
    assertThatThrownBy(() -> client.send(REQUEST)).isInstanceOf(IOException.class);
    try (ServerSocket other = new ServerSocket()) {
      other.setReuseAddress(false);
      InetSocketAddress same =
          new InetSocketAddress(InetAddress.getLoopbackAddress(), upstream.url().getPort());
      assertThatThrownBy(() -> other.bind(same)).isInstanceOf(BindException.class);
    }

    upstream.listenAgain();

    assertThat(client.send(REQUEST).complete()).isTrue();
  }

  @Test
  void knowsItselfInAnswers() throws IOException {
    HttpText redirect =
        HttpText.parse("HTTP/1.1 302 Found\nlocation: {{upstream}}/there\n\n".getBytes(UTF_8));
    upstream.follow(whole(redirect));

    assertThat(client.send(REQUEST).header("location")).contains(upstream.url() + "/there");
  }
}
