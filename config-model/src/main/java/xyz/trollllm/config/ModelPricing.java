package xyz.trollllm.config;

import java.math.BigDecimal;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything a request to one model can be charged by.
 *
 * @param prices the prices of ordinary requests
 * @param longContextTiers dearer prices for long prompts, in ascending order of their threshold
 * @param fees per use of an upstream's own tools
 * @param factors for other ways of service than the ordinary one
 * @param fastPrices the prices of requests served at speed {@code fast}, whatever the length of
 *     their prompt; null if that has no price, and requests that ask for it are refused
 * @param multiplier what every amount is multiplied by, above zero
 */
public record ModelPricing(
    TokenPrices prices,
    List<LongContextTier> longContextTiers,
    RequestFees fees,
    PriceFactors factors,
    @Nullable TokenPrices fastPrices,
    BigDecimal multiplier) {

  public ModelPricing {
    longContextTiers =
        longContextTiers.stream()
            .sorted(Comparator.comparingLong(LongContextTier::aboveInputTokens))
            .toList();
    if (multiplier.signum() <= 0) {
      throw new IllegalArgumentException("multiplier must be positive, was " + multiplier);
    }
  }

  /** Prices of ordinary service only. */
  public ModelPricing(
      TokenPrices prices,
      List<LongContextTier> longContextTiers,
      RequestFees fees,
      BigDecimal multiplier) {
    this(prices, longContextTiers, fees, PriceFactors.UNPRICED, null, multiplier);
  }

  /** The prices of a whole request whose prompt has {@code inputTokens} tokens of all kinds. */
  public TokenPrices pricesFor(long inputTokens) {
    TokenPrices applicable = prices;
    for (LongContextTier tier : longContextTiers) {
      if (inputTokens > tier.aboveInputTokens()) {
        applicable = tier.prices();
      }
    }
    return applicable;
  }

  /** The same pricing with the multiplier in every amount, and thus with a multiplier of one. */
  public ModelPricing effective() {
    return new ModelPricing(
        prices.times(multiplier),
        longContextTiers.stream()
            .map(tier ->
                new LongContextTier(tier.aboveInputTokens(), tier.prices().times(multiplier)))
            .toList(),
        fees.times(multiplier),
        factors,
        fastPrices == null ? null : fastPrices.times(multiplier),
        BigDecimal.ONE);
  }

  static void requireNotNegative(String name, @Nullable BigDecimal amount) {
    if (amount != null && amount.signum() < 0) {
      throw new IllegalArgumentException(name + " must not be negative, was " + amount);
    }
  }
}
