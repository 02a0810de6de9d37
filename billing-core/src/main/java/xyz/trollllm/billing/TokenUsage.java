package xyz.trollllm.billing;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything an answer reported that has a price, in one normal form for all upstream dialects.
 *
 * @param fallbackModel the model whose prices {@code counts} have, as the upstream named it, if it
 *     stepped in for the requested one; null if the requested model answered
 * @param counts the tokens of the answer itself
 * @param webSearches searches the upstream made
 * @param webFetches pages the upstream fetched
 * @param options what the upstream says it really used
 * @param subInferences inferences billed beside {@code counts}, such as a compaction
 */
public record TokenUsage(
    @Nullable String fallbackModel,
    TokenCounts counts,
    long webSearches,
    long webFetches,
    ServiceOptions options,
    List<SubInference> subInferences) {

  public static final TokenUsage NONE = of(TokenCounts.NONE);

  public TokenUsage {
    TokenCounts.requireNotNegative("webSearches", webSearches);
    TokenCounts.requireNotNegative("webFetches", webFetches);
    subInferences = List.copyOf(subInferences);
  }

  /** An answer of the requested model. */
  public TokenUsage(
      TokenCounts counts,
      long webSearches,
      long webFetches,
      ServiceOptions options,
      List<SubInference> subInferences) {
    this(null, counts, webSearches, webFetches, options, subInferences);
  }

  public static TokenUsage of(TokenCounts counts) {
    return new TokenUsage(counts, 0, 0, ServiceOptions.DEFAULT, List.of());
  }

  /** Tokens of all kinds, those of the inferences beside the answer included. */
  public long totalTokens() {
    long total = counts.total();
    for (SubInference inference : subInferences) {
      total = Math.addExact(total, inference.counts().total());
    }
    return total;
  }

  /**
   * Service tier, speed and place of an inference as the upstream named them; null if it did not.
   */
  public record ServiceOptions(
      @Nullable String serviceTier, @Nullable String speed, @Nullable String geo) {
    public static final ServiceOptions DEFAULT = new ServiceOptions(null, null, null);
  }

  /**
   * One inference inside a request.
   *
   * @param kind as the upstream named it
   * @param model as the upstream named it; null for the requested model
   */
  public record SubInference(String kind, @Nullable String model, TokenCounts counts) {}
}
