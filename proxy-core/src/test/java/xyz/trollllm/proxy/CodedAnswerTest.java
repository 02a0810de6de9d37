package xyz.trollllm.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.trollllm.billing.Basis;
import xyz.trollllm.billing.Usd;

/** Answers that an upstream compresses although it was asked not to. */
final class CodedAnswerTest {
  private static final byte[] EVENTS = Answers.MESSAGES.getBytes(UTF_8);
  private static final byte[] DOCUMENT = Answers.JSON.getBytes(UTF_8);
  private static final Usd EXACT = Usd.of("0.000318");

  private CallRig rig = new CallRig();

  @AfterEach
  void nothingStaysHeld() {
    assertThat(rig.held()).isEqualTo(Usd.ZERO);
    rig.close();
  }

  static Stream<Arguments> codings() {
    byte[] first = Arrays.copyOf(EVENTS, 100);
    byte[] rest = Arrays.copyOfRange(EVENTS, 100, EVENTS.length);
    return Stream.of(
        Arguments.of("gzip", Coded.gzip(EVENTS)),
        Arguments.of("X-GZip", Coded.gzip(EVENTS)),
        Arguments.of("deflate", Coded.deflate(EVENTS)),
        Arguments.of("identity, gzip", Coded.gzipWithEveryPart(EVENTS)),
        Arguments.of(
            "gzip", Coded.joined(Coded.gzip(first), Coded.gzip(new byte[0]), Coded.gzip(rest))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("codings")
  void streamIsDecodedEvenForClientsThatTakeTheCoding(String coding, byte[] coded)
      throws Exception {
    RecordingClient client =
        rig.send("/v1/messages", CallRig.MESSAGE_STREAM, "accept-encoding", "gzip, deflate");

    ScriptedUpstream.Sent upstream = stream(coding);
    for (byte b : coded) {
      upstream.bytes(new byte[] {b});
    }
    upstream.end();

    assertThat(client.body()).isEqualTo(Answers.MESSAGES);
    assertThat(client.headers.contains("content-encoding")).isFalse();
    assertThat(client.contentLength).isEqualTo(-1);
    assertThat(rig.settlement().charge()).isEqualTo(EXACT);
    assertThat(rig.settlement().record().basis()).isEqualTo(Basis.UPSTREAM);
  }

  @Test
  void codedStreamCutAtAnyByteIsNoSuccess() throws Exception {
    byte[] coded = Coded.gzip(EVENTS);
    for (int cut = 0; cut < coded.length; cut++) {
      for (boolean orderly : new boolean[] {true, false}) {
        rig.close();
        rig = new CallRig();
        RecordingClient client = rig.messageStream();

        ScriptedUpstream.Sent upstream = stream("gzip").bytes(Arrays.copyOf(coded, cut));
        if (orderly) {
          upstream.end();
        } else {
          upstream.fail();
        }

        assertThat(client.wasReset || client.body().contains("upstream_broken"))
            .as("told at %s", cut)
            .isTrue();
        boolean delivered = client.body().contains("0123456789\"}}");
        assertThat(rig.settlement().charge().equals(Usd.ZERO))
            .as("free at %s", cut)
            .isEqualTo(!delivered);
      }
    }
  }

  @Test
  void documentStaysCodedForAClientThatTakesIt() throws Exception {
    byte[] coded = Coded.gzip(DOCUMENT);
    RecordingClient client =
        rig.send("/v1/messages", CallRig.MESSAGE, "accept-encoding", "br;q=1, gzip;q=0.5");

    document("gzip").bytes(coded).end();

    assertThat(client.bytes()).isEqualTo(coded);
    assertThat(client.contentLength).isEqualTo(coded.length);
    assertThat(client.headers.first("content-encoding")).hasValue("gzip");
    assertThat(client.headers.first("x-charge-usd")).hasValue("0.000318");
    assertThat(rig.settlement().charge()).isEqualTo(EXACT);
  }

  @Test
  void documentIsDecodedForAClientThatDoesNotTakeIt() throws Exception {
    RecordingClient client =
        rig.send("/v1/messages", CallRig.MESSAGE, "accept-encoding", "gzip;q=0, *");

    document("gzip").bytes(Coded.gzip(DOCUMENT)).end();

    assertThat(client.body()).isEqualTo(Answers.JSON);
    assertThat(client.contentLength).isEqualTo(DOCUMENT.length);
    assertThat(client.headers.contains("content-encoding")).isFalse();
    assertThat(rig.settlement().charge()).isEqualTo(EXACT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "gzip"})
  void documentThatIsNotWhatItsCodingSaysIsAnErrorAndFree(String accepted) throws Exception {
    byte[] coded = Coded.gzip(DOCUMENT);
    for (int broken = 0; broken < coded.length; broken++) {
      rig.close();
      rig = new CallRig();
      RecordingClient client =
          rig.send("/v1/messages", CallRig.MESSAGE, "accept-encoding", accepted);
      byte[] damaged = coded.clone();
      damaged[broken] ^= (byte) 0xff;

      document("gzip").bytes(damaged).end();

      boolean says = broken < 3 || broken > 9;
      if (says) {
        assertThat(client.status).as("damage at %s", broken).isEqualTo(502);
        assertThat(rig.settlement().charge()).isEqualTo(Usd.ZERO);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"br", "zstd", "gzip, gzip", "compress"})
  void otherCodingsCannotBeRead(String coding) throws Exception {
    RecordingClient client = rig.send("/v1/messages", CallRig.MESSAGE, "accept-encoding", "br");

    document(coding);

    assertThat(client.status).isEqualTo(502);
    assertThat(client.body()).contains("upstream_misbehaved");
    assertThat(rig.upstream.last().cancelled).isTrue();
    assertThat(rig.settlement().charge()).isEqualTo(Usd.ZERO);
  }

  @Test
  void errorIsDecodedToBeUnderstood() throws Exception {
    RecordingClient client = rig.send("/v1/messages", CallRig.MESSAGE, "accept-encoding", "gzip");
    byte[] error = "{\"error\":{\"message\":\"prompt is too long\"}}".getBytes(UTF_8);

    rig.upstream.last().head(400, "content-encoding", "gzip").bytes(Coded.gzip(error)).end();

    assertThat(client.status).isEqualTo(400);
    assertThat(client.body()).contains("prompt is too long");
  }

  @Test
  void bombIsDecodedAtTheClientsPace() throws Exception {
    byte[] bomb = Coded.gzip(new byte[64 << 20]);
    RecordingClient client = rig.messageStream();
    ScriptedUpstream.Sent upstream = stream("gzip");
    client.busy = true;

    upstream.bytes(bomb).end();
    assertThat(upstream.paused).isTrue();
    assertThat(client.bytes().length).as("one piece, then it waits").isLessThan(20_000);
    client.takesAgain();
    assertThat(client.bytes().length).as("no more than a turn's work").isLessThan(2 << 20);
    int turns = 0;
    while (rig.loop.runOne()) {
      turns++;
    }

    assertThat(turns).isGreaterThan(60);
    assertThat(client.bytes()).hasSize(64 << 20);
  }

  @Test
  void departureEndsTheDecoding() throws Exception {
    RecordingClient client = rig.messageStream();
    stream("gzip").bytes(Coded.gzip(new byte[64 << 20]));

    client.leaves();
    rig.loop.runTasks();

    assertThat(rig.upstream.last().cancelled).isTrue();
    assertThat(client.bytes().length).isLessThan(2 << 20);
  }

  private ScriptedUpstream.Sent stream(String coding) {
    return rig.upstream
        .last()
        .head(
            200,
            "content-type",
            "text/event-stream",
            "transfer-encoding",
            "chunked",
            "content-encoding",
            coding);
  }

  private ScriptedUpstream.Sent document(String coding) {
    return rig.upstream
        .last()
        .head(200, "content-type", "application/json", "content-encoding", coding);
  }
}
