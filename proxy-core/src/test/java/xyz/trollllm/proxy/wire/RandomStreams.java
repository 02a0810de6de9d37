package xyz.trollllm.proxy.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import xyz.trollllm.billing.Basis;
import xyz.trollllm.billing.TokenCounts;
import xyz.trollllm.config.Api;
import xyz.trollllm.config.UsageSemantics;

/** Meters random streams. Another seed or number: {@code -Dmerge.seed=... -Dmerge.count=...}. */
final class RandomStreams {
  /** What every one of them answers. */
  static final String TEXT = "twelve chars"; // 3 tokens

  static final long REQUEST_BYTES = 400; // 100 tokens

  private static final long SEED = Long.getLong("merge.seed", 20_261_123L);
  private static final int STREAMS = Integer.getInteger("merge.count", 10_000);

  private RandomStreams() {}

  /** A stream, and how it is to be metered by the rules. */
  record Drawn(String text, Expected expected) {}

  record Expected(TokenCounts counts, long searches, long fetches, Basis basis, Set<String> flags) {
    /** Of a meter, without the flags that say how numbers were written. */
    static Expected of(Metered metered) {
      Set<String> flags = new TreeSet<>(metered.flags());
      flags.removeAll(
          Set.of(
              UsageFlags.STRING_COUNT,
              UsageFlags.INVALID_COUNT,
              UsageFlags.NEGATIVE_COUNT,
              UsageFlags.UNREADABLE_USAGE));
      return new Expected(
          metered.usage().counts(),
          metered.usage().webSearches(),
          metered.usage().webFetches(),
          metered.basis(),
          flags);
    }
  }

  static void areMeteredAsExpected(
      Api api, UsageSemantics semantics, BiFunction<Random, RandomUsage, Drawn> draw) {
    Random random = new Random(SEED);
    RandomUsage usages = new RandomUsage(random);
    for (int i = 0; i < STREAMS; i++) {
      Drawn drawn = draw.apply(random, usages);
      AnswerMeter meter = AnswerMeters.of(api, true, semantics, REQUEST_BYTES);
      meter.observe(ByteBuffer.wrap(drawn.text().getBytes(UTF_8)));

      assertThat(Expected.of(meter.usage()))
          .as("stream %d of seed %d: %s", i, SEED, drawn.text())
          .isEqualTo(drawn.expected());
    }
  }
}
