package xyz.trollllm.billing;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.config.ModelPricing;
import xyz.trollllm.config.RequestFees;
import xyz.trollllm.config.TokenPrices;

/** Prices token usage. */
public final class CostCalculator {
  private static final int DIGITS_OF_A_MILLION = 6;

  private CostCalculator() {}

  /**
   * Returns what {@code usage} costs. The result is exact: prices are finite decimals and a million
   * is a power of ten, so nothing is rounded.
   *
   * @throws IllegalArgumentException if {@code usage} has sub-inferences: they are billed by rules
   *     of their own, and leaving them out would be a wrong cost
   */
  public static Cost cost(TokenUsage usage, ModelPricing pricing) {
    if (!usage.subInferences().isEmpty()) {
      throw new IllegalArgumentException(
          "sub-inferences have no price yet, was " + usage.subInferences());
    }
    TokenCounts counts = usage.counts();
    TokenPrices prices = pricing.pricesFor(counts.totalInput());
    BigDecimal multiplier = pricing.multiplier();
    return new Cost(
        cost(counts.input(), prices.input(), multiplier),
        cost(counts.output(), prices.output(), multiplier),
        cost(counts.cacheWrite5m(), prices.cacheWrite5m(), multiplier)
            .plus(cost(counts.cacheWrite1h(), prices.cacheWrite1h(), multiplier)),
        cost(counts.cacheHit(), prices.cacheHit(), multiplier),
        fees(usage, pricing.fees(), multiplier));
  }

  private static Usd cost(long tokens, BigDecimal usdPerMtok, BigDecimal multiplier) {
    return new Usd(
        BigDecimal.valueOf(tokens)
            .multiply(usdPerMtok)
            .multiply(multiplier)
            .movePointLeft(DIGITS_OF_A_MILLION));
  }

  private static Usd fees(TokenUsage usage, RequestFees fees, BigDecimal multiplier) {
    BigDecimal searches =
        BigDecimal.valueOf(usage.webSearches()).multiply(orZero(fees.webSearch()));
    BigDecimal fetches = BigDecimal.valueOf(usage.webFetches()).multiply(orZero(fees.webFetch()));
    return new Usd(searches.add(fetches).multiply(multiplier));
  }

  private static BigDecimal orZero(@Nullable BigDecimal fee) {
    return fee == null ? BigDecimal.ZERO : fee;
  }
}
