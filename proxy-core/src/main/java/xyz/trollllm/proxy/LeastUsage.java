package xyz.trollllm.proxy;

import java.util.List;
import java.util.function.LongUnaryOperator;
import xyz.trollllm.billing.TokenCounts;
import xyz.trollllm.billing.TokenUsage;
import xyz.trollllm.proxy.wire.Metered;
import xyz.trollllm.proxy.wire.UsageFlags;

/** What an answer has used at least, as parts of its usage may be estimates that are too high. */
final class LeastUsage {
  /** No prose or code has on average as many as twice the usual characters in a token. */
  private static final int DOUBT = 2;

  private static final List<String> OUTPUT =
      List.of(UsageFlags.ESTIMATED_OUTPUT, UsageFlags.ESTIMATED_ALL);

  private static final List<String> INPUT =
      List.of(UsageFlags.ESTIMATED_INPUT, UsageFlags.ESTIMATED_ALL);

  private LeastUsage() {}

  /** What the upstream itself has reported, without anything estimated. */
  static TokenUsage reported(Metered metered) {
    return with(metered, _ -> 0);
  }

  /** What can be taken for certain while an answer goes on: estimates count by half. */
  static TokenUsage certain(Metered metered) {
    return with(metered, tokens -> tokens / DOUBT);
  }

  private static TokenUsage with(Metered metered, LongUnaryOperator estimate) {
    TokenUsage usage = metered.usage();
    TokenCounts counts = usage.counts();
    return new TokenUsage(
        usage.fallbackModel(),
        new TokenCounts(
            has(metered, INPUT) ? estimate.applyAsLong(counts.input()) : counts.input(),
            counts.cacheWrite5m(),
            counts.cacheWrite1h(),
            counts.cacheHit(),
            has(metered, OUTPUT) ? estimate.applyAsLong(counts.output()) : counts.output()),
        usage.webSearches(),
        usage.webFetches(),
        usage.options(),
        usage.subInferences());
  }

  private static boolean has(Metered metered, List<String> flags) {
    return flags.stream().anyMatch(flag -> metered.flags().contains(flag));
  }
}
