package xyz.trollllm.billing.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

final class PastTest {

  @RepeatedTest(50)
  void idIsKeptLongEnoughAndLookedForWhereItStands(RepetitionInfo repetition) {
    Random random = new Random(repetition.getCurrentRepetition());
    Instant reserved = Instant.ofEpochMilli(random.nextLong(2_000_000_000_000L));
    Duration earliest = Duration.ofMillis(random.nextLong(20_000));
    Duration latest = earliest.plusMillis(random.nextLong(20_000));
    Instant keptUntil =
        reserved.plus(earliest).plusMillis(random.nextLong(latest.minus(earliest).toMillis() + 1));

    String array = Past.array(keptUntil);

    assertThat(Past.arrays(reserved.plus(earliest), reserved.plus(latest))).contains(array);
    assertThat(Past.isOver(array, keptUntil)).isFalse();
    assertThat(Past.isOver(array, keptUntil.plusSeconds(5))).isTrue();
  }
}
