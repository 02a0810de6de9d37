package xyz.trollllm.config;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** Pricing without its multiplier, in a form in which equal amounts are equal objects. */
final class ListPrices {
  private ListPrices() {}

  static ModelPricing of(ModelPricing pricing) {
    PriceFactors factors = pricing.factors();
    TokenPrices fast = pricing.fastPrices();
    return new ModelPricing(
        normal(pricing.prices()),
        pricing.longContextTiers().stream()
            .map(tier -> new LongContextTier(tier.aboveInputTokens(), normal(tier.prices())))
            .toList(),
        new RequestFees(normal(pricing.fees().webSearch()), normal(pricing.fees().webFetch())),
        new PriceFactors(
            normal(factors.batch()),
            normal(factors.flex()),
            normal(factors.priority()),
            normal(factors.inferenceGeoUs())),
        fast == null ? null : normal(fast),
        BigDecimal.ONE);
  }

  private static TokenPrices normal(TokenPrices prices) {
    return new TokenPrices(
        prices.input().stripTrailingZeros(),
        prices.output().stripTrailingZeros(),
        prices.cacheWrite5m().stripTrailingZeros(),
        prices.cacheWrite1h().stripTrailingZeros(),
        prices.cacheHit().stripTrailingZeros());
  }

  private static @Nullable BigDecimal normal(@Nullable BigDecimal amount) {
    return amount == null ? null : amount.stripTrailingZeros();
  }
}
