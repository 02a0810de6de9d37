package xyz.trollllm.proxy.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.TokenUsage.ServiceOptions;
import xyz.trollllm.billing.TokenUsage.SubInference;

/**
 * What an upstream reported about one answer, overlaps resolved.
 *
 * @param input uncached input; null if no kind of input was reported
 * @param output null if it was not reported
 * @param isFinal whether the numbers are those of the whole answer, not only of its start
 * @param model the model that the upstream says answered
 * @param fallbackModel the model whose prices the counts have, if it stepped in
 * @param subInferences inferences beside the answer
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
    @Nullable String model,
    @Nullable String fallbackModel,
    List<SubInference> subInferences) {

  /** An answer of one inference. */
  Reported(
      @Nullable Long input,
      CacheWrites cacheWrites,
      long cacheHit,
      @Nullable Long output,
      boolean isFinal,
      long webSearches,
      long webFetches,
      ServiceOptions options,
      @Nullable String model) {
    this(
        input,
        cacheWrites,
        cacheHit,
        output,
        isFinal,
        webSearches,
        webFetches,
        options,
        model,
        null,
        List.of());
  }

  boolean hasInput() {
    return (input != null && input > 0) || cacheWrites.total() > 0 || cacheHit > 0;
  }

  /** Whether anything was reported that the upstream charges for. */
  boolean hasAnyInput() {
    return hasInput() || !subInferences.isEmpty();
  }
}
