package xyz.trollllm.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import xyz.trollllm.billing.Usd;

/** The edits of event streams, one by one. */
final class EventStreamTest {
  private static final Duration INTERVAL = Duration.ofSeconds(15);
  private static final String PING = "event: ping\ndata: {\"type\": \"ping\"}\n\n";
  private static final String[] HEAD = {
    "content-type", "text/event-stream", "transfer-encoding", "chunked"
  };

  private final CallRig rig = new CallRig();

  @AfterEach
  void nothingStaysHeld() {
    assertThat(rig.held()).isEqualTo(Usd.ZERO);
    rig.close();
  }

  @Test
  void byteOrderMarkIsDroppedHoweverItIsCut() throws Exception {
    byte[] answer = ("\ufeff" + Answers.MESSAGES).getBytes(UTF_8);
    for (int first = 0; first <= 4; first++) {
      for (int second = first; second <= 5; second++) {
        RecordingClient client = rig.messageStream();

        ScriptedUpstream.Sent upstream = rig.upstream.last().head(200, HEAD);
        upstream.bytes(Arrays.copyOf(answer, first));
        upstream.bytes(Arrays.copyOfRange(answer, first, second));
        upstream.bytes(Arrays.copyOfRange(answer, second, answer.length)).end();

        assertThat(client.body()).isEqualTo(Answers.MESSAGES);
      }
    }
  }

  @Test
  void whatOnlyBeginsLikeAByteOrderMarkStays() throws Exception {
    byte[] mark = "\ufeff".getBytes(UTF_8);
    for (int length = 1; length <= 2; length++) {
      RecordingClient goesOn = rig.messageStream();
      rig.upstream
          .last()
          .head(200, HEAD)
          .bytes(Arrays.copyOf(mark, 1))
          .bytes(Arrays.copyOfRange(mark, 1, length))
          .bytes("x\n")
          .end();
      RecordingClient ends = rig.messageStream();
      rig.upstream.last().head(200, HEAD).bytes(Arrays.copyOf(mark, length)).end();

      assertThat(ends.bytes()).isEqualTo(Arrays.copyOf(mark, length));
      assertThat(goesOn.bytes()).startsWith(Arrays.copyOf(mark, length)).endsWith('x', '\n');
    }
  }

  @Test
  void silenceIsFilledWithPingsBetweenEvents() throws Exception {
    RecordingClient client = rig.messageStream();
    ScriptedUpstream.Sent upstream = rig.upstream.last();

    rig.loop.advance(INTERVAL.multipliedBy(3));
    assertThat(client.status).as("no ping before the head").isZero();
    upstream.head(200, HEAD).bytes(Answers.START);
    rig.loop.advance(INTERVAL.minusMillis(1));
    assertThat(client.body()).isEqualTo(Answers.START);
    rig.loop.advance(Duration.ofMillis(1));
    rig.loop.advance(INTERVAL);
    upstream.bytes(Answers.TEXT.substring(0, 40));
    rig.loop.advance(INTERVAL.multipliedBy(5));
    upstream.bytes(Answers.TEXT.substring(40));
    rig.loop.advance(INTERVAL);
    upstream.bytes(Answers.DELTA + Answers.STOP).end();
    rig.loop.advance(INTERVAL.multipliedBy(3));

    assertThat(client.body())
        .isEqualTo(
            Answers.START + PING + PING + Answers.TEXT + PING + Answers.DELTA + Answers.STOP);
    assertThat(rig.loop.timers()).as("timers left behind").isZero();
  }

  @Test
  void pingOfChatCompletionsIsAComment() throws Exception {
    RecordingClient client = rig.chatStream();

    ScriptedUpstream.Sent upstream = rig.upstream.last().head(200, HEAD);
    rig.loop.advance(INTERVAL);
    // Held back, as it may turn out to be usage that nobody asked for.
    upstream.bytes(Answers.CHAT_TEXT + Answers.CHAT_USAGE.substring(0, 30));
    rig.loop.advance(INTERVAL);
    upstream.bytes(Answers.CHAT_USAGE.substring(30));
    rig.loop.advance(INTERVAL);
    upstream.bytes(Answers.DONE).end();

    assertThat(client.body())
        .isEqualTo(": ping\n\n" + Answers.CHAT_TEXT + ": ping\n\n" + ": ping\n\n" + Answers.DONE);
  }

  @Test
  void pingNeverDividesALineEnd() throws Exception {
    String answer = Answers.MESSAGES.replace("\n", "\r\n");
    for (int cut = 0; cut <= answer.length(); cut++) {
      RecordingClient client = rig.messageStream();
      ScriptedUpstream.Sent upstream = rig.upstream.last().head(200, HEAD);

      upstream.bytes(answer.substring(0, cut));
      rig.loop.advance(INTERVAL);
      upstream.bytes(answer.substring(cut)).end();

      boolean between = cut == 0 || answer.substring(0, cut).endsWith("\r\n\r\n");
      String ping = between ? PING : "";
      assertThat(client.body()).isEqualTo(answer.substring(0, cut) + ping + answer.substring(cut));
    }
  }

  @Test
  void busyClientIsNotPinged() throws Exception {
    RecordingClient client = rig.messageStream();
    ScriptedUpstream.Sent upstream = rig.upstream.last().head(200, HEAD);
    client.busy = true;

    upstream.bytes(Answers.START);
    assertThat(upstream.paused).isTrue();
    rig.loop.advance(INTERVAL.multipliedBy(3));
    assertThat(client.body()).isEqualTo(Answers.START);
    client.takesAgain();
    assertThat(upstream.paused).isFalse();
    rig.loop.advance(INTERVAL);

    assertThat(client.body()).isEqualTo(Answers.START + PING);
    upstream.bytes(Answers.TEXT + Answers.DELTA + Answers.STOP).end();
  }

  @Test
  void documentIsNotPinged() throws Exception {
    RecordingClient client = rig.message();

    rig.upstream.last().head(200, "content-type", "application/json").bytes("{");
    rig.loop.advance(INTERVAL.multipliedBy(3));
    rig.upstream.last().bytes(Answers.JSON.substring(1)).end();

    assertThat(client.body()).isEqualTo(Answers.JSON);
  }
}
