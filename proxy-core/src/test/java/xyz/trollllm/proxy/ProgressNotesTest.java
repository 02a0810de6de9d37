package xyz.trollllm.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import xyz.trollllm.billing.Basis;
import xyz.trollllm.billing.Settlement;
import xyz.trollllm.billing.Settlement.Outcome;
import xyz.trollllm.billing.Usd;

/** What the ledger knows of a call at every moment, in case that is the last. */
final class ProgressNotesTest {
  private static final Usd EXACT = Usd.of("0.000318");
  private static final String LONG_TEXT = Answers.TEXT.replace("0123456789", "0".repeat(1000));

  private static Settlement last(CallRig rig) {
    return rig.noted.getLast();
  }

  private static RecordingClient begin(CallRig rig, String path, String request) throws Exception {
    RecordingClient client = rig.send(path, request);
    rig.upstream
        .last()
        .head(200, "content-type", "text/event-stream", "transfer-encoding", "chunked");
    return client;
  }

  @Test
  void requestIsNotedBeforeItIsSent() throws Exception {
    try (CallRig rig = new CallRig()) {
      rig.messageStream();

      assertThat(rig.noted).hasSize(1);
      assertThat(last(rig).charge()).isEqualTo(Usd.ZERO);
      assertThat(last(rig).record().basis()).isEqualTo(Basis.VOID);
    }
  }

  @ParameterizedTest
  @CsvSource({"MESSAGES", "RESPONSES", "CHAT", "CHAT_WITH_USAGE"})
  void whoeverSeesTheEndIsChargedExactlyWhereverBytesAreCut(CutAnswerTest.Kind kind)
      throws Exception {
    byte[] answer = kind.answer().getBytes(UTF_8);
    String end = kind.end();
    for (int piece = 1; piece < 100; piece++) {
      try (CallRig rig = new CallRig()) {
        RecordingClient client = begin(rig, kind.path(), kind.request());
        int[] notedWhenWritten = {0};
        client.beforeWrite = () -> notedWhenWritten[0] = rig.noted.size();

        for (int from = 0; from < answer.length; from += piece) {
          int to = Math.min(answer.length, from + piece);
          notedWhenWritten[0] = -1;
          rig.upstream.last().bytes(Arrays.copyOfRange(answer, from, to));

          if (client.body().endsWith(end)) {
            assertThat(last(rig).charge()).isEqualTo(EXACT);
            assertThat(last(rig).outcome()).isEqualTo(Outcome.OK);
          }
          assertThat(notedWhenWritten[0]).as("noted first").isIn(-1, rig.noted.size());
        }
        assertThat(client.body()).endsWith(end);
        rig.upstream.last().end();
        assertThat(rig.settlement().charge()).isEqualTo(last(rig).charge());
      }
    }
  }

  @Test
  void promptIsChargedWithTheFirstContent() throws Exception {
    try (CallRig rig = new CallRig()) {
      begin(rig, "/v1/messages", CallRig.MESSAGE_STREAM);

      rig.upstream.last().bytes(Answers.START);
      assertThat(last(rig).charge()).isEqualTo(Usd.ZERO);
      rig.upstream.last().bytes(Answers.TEXT);

      assertThat(last(rig).record().usage().counts().input()).isEqualTo(25);
      assertThat(last(rig).record().usage().counts().output()).isEqualTo(3);
      assertThat(last(rig).record().basis()).isEqualTo(Basis.PARTIAL);
      assertThat(last(rig).outcome()).isEqualTo(Outcome.ERROR);
    }
  }

  @Test
  void nothingIsNotedInBetween() throws Exception {
    try (CallRig rig = new CallRig()) {
      begin(rig, "/v1/messages", CallRig.MESSAGE_STREAM);
      rig.upstream.last().bytes(Answers.START + Answers.TEXT);
      int noted = rig.noted.size();

      for (int i = 0; i < 20; i++) {
        rig.upstream.last().bytes(Answers.TEXT);
      }

      assertThat(rig.noted).hasSize(noted);
    }
  }

  @Test
  void lessThanFourKibibytesAreUnnoted() throws Exception {
    try (CallRig rig = new CallRig()) {
      RecordingClient client = begin(rig, "/v1/messages", CallRig.MESSAGE_STREAM);
      rig.upstream.last().bytes(Answers.START + Answers.TEXT);

      for (int i = 0; i < 50; i++) {
        rig.upstream.last().bytes(LONG_TEXT);

        long characters = client.body().chars().filter(c -> c == '0').count();
        long charged = 4 * last(rig).record().usage().counts().output();
        assertThat(characters - charged).isLessThan(ProgressNotes.MOST_BYTES);
      }
      assertThat(rig.noted).hasSizeBetween(10, 25);
    }
  }

  @Test
  void slowStreamIsNotedFourTimesASecond() throws Exception {
    try (CallRig rig = new CallRig()) {
      begin(rig, "/v1/messages", CallRig.MESSAGE_STREAM);
      rig.upstream.last().bytes(Answers.START + Answers.TEXT);
      int noted = rig.noted.size();

      for (int i = 0; i < 40; i++) {
        rig.loop.advance(Duration.ofMillis(50));
        rig.upstream.last().bytes(Answers.TEXT);
      }

      assertThat(rig.noted).hasSize(noted + 8);
    }
  }

  @Test
  void documentIsNotedBeforeItIsSent() throws Exception {
    try (CallRig rig = new CallRig()) {
      RecordingClient client = rig.message();
      Usd[] notedWhenWritten = {Usd.ZERO};
      client.beforeWrite = () -> notedWhenWritten[0] = last(rig).charge();

      rig.upstream.last().head(200, "content-type", "application/json").bytes(Answers.JSON);
      assertThat(rig.noted).hasSize(1);
      rig.upstream.last().end();

      assertThat(notedWhenWritten[0]).isEqualTo(EXACT);
      assertThat(last(rig).outcome()).isEqualTo(Outcome.OK);
      assertThat(rig.noted).hasSize(2);
    }
  }

  @Test
  void largeDocumentIsNotedBeforeItsFirstByteAndAllAlong() throws Exception {
    try (CallRig rig = new CallRig()) {
      RecordingClient client = rig.message();
      rig.upstream.last().head(200, "content-type", "application/json");
      String text = "0".repeat(1 << 20);
      long[] written = {0};
      client.beforeWrite =
          () -> written[0] = 4 * last(rig).record().usage().counts().output() + 4096;

      rig.upstream
          .last()
          .bytes("{\"type\":\"message\",\"content\":[{\"type\":\"text\",\"text\":\"" + text);
      assertThat(client.body().length()).isLessThan((int) written[0]);
      rig.upstream.last().bytes("0".repeat(100_000));

      assertThat(client.body().length()).isLessThan((int) written[0]).isGreaterThan(1_100_000);
      assertThat(last(rig).record().basis()).isEqualTo(Basis.ESTIMATED);
    }
  }

  @Test
  void answerThatIsReadOnWithoutItsClientIsNotedAsSuch() throws Exception {
    try (CallRig rig = CallRig.draining(60, "1")) {
      RecordingClient client = begin(rig, "/v1/messages", CallRig.MESSAGE_STREAM);
      rig.upstream.last().bytes(Answers.START + Answers.TEXT);
      client.leaves();
      rig.upstream.last().bytes(Answers.TEXT + Answers.DELTA);

      assertThat(last(rig).outcome()).isEqualTo(Outcome.CANCELLED);
      assertThat(last(rig).charge()).isEqualTo(EXACT);
    }
  }
}
