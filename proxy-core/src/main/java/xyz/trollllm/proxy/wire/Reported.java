package xyz.trollllm.proxy.wire;

import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.TokenUsage.ServiceOptions;

/**
 * What an upstream reported about one answer, overlaps resolved.
 *
 * @param input uncached input; null if no kind of input was reported
 * @param output null if it was not reported
 * @param isFinal whether the numbers are those of the whole answer, not only of its start
 */
record Reported(
    @Nullable Long input,
    CacheWrites cacheWrites,
    long cacheHit,
    @Nullable Long output,
    boolean isFinal,
    long webSearches,
    long webFetches,
    ServiceOptions options,
    @Nullable String model) {

  boolean hasInput() {
    return (input != null && input > 0) || cacheWrites.total() > 0 || cacheHit > 0;
  }
}
