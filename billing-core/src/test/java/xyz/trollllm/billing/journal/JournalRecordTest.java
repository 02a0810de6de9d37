package xyz.trollllm.billing.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import xyz.trollllm.billing.Hold;
import xyz.trollllm.billing.Settlement;

final class JournalRecordTest {
  private static final Instant NOW = Instant.ofEpochMilli(1_800_000_000_123L);

  @RepeatedTest(100)
  void settlementsAreReadAsTheyWereWritten(RepetitionInfo repetition) {
    SomeRequests some = new SomeRequests(repetition.getCurrentRepetition());
    Settlement settlement = some.settlement(some.hold());

    byte[] payload = JournalRecord.of(RecordKind.PROGRESS, 7, NOW, settlement).payload();

    assertThat(JournalRecord.read(payload).open())
        .isEqualTo(
            new OpenRequest(RecordKind.PROGRESS, NOW, settlement.hold(), Optional.of(settlement)));
  }

  @Test
  void holdIsReadAsItWasWritten() {
    Hold hold = new SomeRequests(1).hold();

    byte[] payload = JournalRecord.start(Long.MAX_VALUE, NOW, hold).payload();

    assertThat(JournalRecord.read(payload).number()).isEqualTo(Long.MAX_VALUE);
    assertThat(JournalRecord.read(payload).open())
        .isEqualTo(new OpenRequest(RecordKind.START, NOW, hold, Optional.empty()));
  }

  @Test
  void recordThatEndsTooEarlyIsRefused() {
    SomeRequests some = new SomeRequests(2);
    byte[] payload =
        JournalRecord.of(RecordKind.FINAL, 1, NOW, some.settlement(some.hold())).payload();

    for (int length = 0; length < payload.length; length++) {
      byte[] cut = Arrays.copyOf(payload, length);
      assertThatThrownBy(() -> JournalRecord.read(cut).open())
          .isInstanceOf(MalformedRecordException.class);
    }
  }

  @Test
  void nothingMakesReadingFailOtherwise() {
    SomeRequests some = new SomeRequests(3);
    byte[] payload =
        JournalRecord.of(RecordKind.FINAL, 1, NOW, some.settlement(some.hold())).payload();

    for (int bit = 0; bit < 8 * payload.length; bit++) {
      byte[] flipped = payload.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      try {
        JournalRecord.read(flipped).open();
      } catch (MalformedRecordException _) {
        // That is how it may fail; a checksum finds the others.
      }
    }
  }
}
