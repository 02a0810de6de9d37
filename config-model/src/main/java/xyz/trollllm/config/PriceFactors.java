package xyz.trollllm.config;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * What the price of every token is multiplied by when an upstream serves a request in another way
 * than the ordinary one, on top of tiers and multiplier. Null is a way without a price: requests
 * that ask for it are refused.
 *
 * @param batch service tier {@code batch}
 * @param flex service tier {@code flex}
 * @param priority service tier {@code priority}
 * @param inferenceGeoUs inference that stays in the United States
 */
public record PriceFactors(
    @Nullable BigDecimal batch,
    @Nullable BigDecimal flex,
    @Nullable BigDecimal priority,
    @Nullable BigDecimal inferenceGeoUs) {
  /** Nothing but ordinary service has a price. */
  public static final PriceFactors UNPRICED = new PriceFactors(null, null, null, null);

  public PriceFactors {
    ModelPricing.requireNotNegative("batch", batch);
    ModelPricing.requireNotNegative("flex", flex);
    ModelPricing.requireNotNegative("priority", priority);
    ModelPricing.requireNotNegative("inferenceGeoUs", inferenceGeoUs);
  }
}
