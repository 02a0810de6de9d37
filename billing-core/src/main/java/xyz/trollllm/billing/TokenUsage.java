package xyz.trollllm.billing;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything an answer reported that has a price, in one normal form for all upstream dialects.
 *
 * @param counts the tokens of the answer itself
 * @param webSearches searches the upstream made
 * @param webFetches pages the upstream fetched
 * @param options what the upstream says it really used
 * @param subInferences inferences billed beside {@code counts}, such as a compaction
 */
public record TokenUsage(
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

  public static TokenUsage of(TokenCounts counts) {
    return new TokenUsage(counts, 0, 0, ServiceOptions.DEFAULT, List.of());
  }

  /**
   * Service tier, speed and place of an inference as the upstream named them; null if it did not.
   */
  public record ServiceOptions(
      @Nullable String serviceTier, @Nullable String speed, @Nullable String geo) {
    public static final ServiceOptions DEFAULT = new ServiceOptions(null, null, null);
  }

  /** One inference inside a request: its kind and, where it differs, the model that made it. */
  public record SubInference(String kind, @Nullable String model, TokenCounts counts) {}
}
