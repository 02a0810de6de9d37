package xyz.trollllm.config;

/**
 * Prices of a whole request, its output included, whose prompt has more than {@code
 * aboveInputTokens} tokens of all kinds together.
 */
public record LongContextTier(long aboveInputTokens, TokenPrices prices) {
  public LongContextTier {
    if (aboveInputTokens <= 0) {
      throw new IllegalArgumentException(
          "aboveInputTokens must be positive, was " + aboveInputTokens);
    }
  }
}
