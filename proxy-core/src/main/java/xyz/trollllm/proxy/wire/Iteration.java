package xyz.trollllm.proxy.wire;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.TokenCounts;
import xyz.trollllm.billing.TokenUsage.SubInference;
import xyz.trollllm.config.UsageSemantics;

/**
 * One inference that a usage object lists, as it was reported.
 *
 * @param kind such as {@code compaction}
 * @param model null for the requested one
 * @param input with or without cached tokens, as the upstream counts
 */
record Iteration(
    String kind,
    @Nullable String model,
    long input,
    CacheWrites cacheWrites,
    long cacheHit,
    long output) {

  /** In the normal form, in which no token is counted twice. */
  SubInference normal(UsageSemantics semantics, Set<String> flags) {
    long cached = cacheWrites.total() + cacheHit;
    long uncached =
        semantics == UsageSemantics.INCLUSIVE ? CachedInput.without(cached, input, flags) : input;
    TokenCounts counts =
        new TokenCounts(
            uncached, cacheWrites.fiveMinutes(), cacheWrites.oneHour(), cacheHit, output);
    return new SubInference(kind, model, counts);
  }

  boolean hasTokens() {
    return input > 0 || cacheWrites.total() > 0 || cacheHit > 0 || output > 0;
  }

  /** Both as one of this kind and model; no count exceeds what a single one may be. */
  Iteration plus(Iteration other) {
    return new Iteration(
        kind,
        model,
        sum(input, other.input),
        new CacheWrites(
            sum(cacheWrites.fiveMinutes(), other.cacheWrites.fiveMinutes()),
            sum(cacheWrites.oneHour(), other.cacheWrites.oneHour())),
        sum(cacheHit, other.cacheHit),
        sum(output, other.output));
  }

  private static long sum(long count, long other) {
    return Math.min(count + other, TokenCount.MAX);
  }
}
