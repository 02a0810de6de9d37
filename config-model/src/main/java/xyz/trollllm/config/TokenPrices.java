package xyz.trollllm.config;

import java.math.BigDecimal;

/**
 * US dollars per million tokens of each kind, before the multiplier.
 *
 * <p>{@code input} prices tokens that no cache served or stored, {@code cacheWrite5m} and {@code
 * cacheWrite1h} those stored for five minutes and one hour, {@code cacheHit} those read back.
 * Nothing is derived or rounded here: every price is the decimal that was configured.
 */
public record TokenPrices(
    BigDecimal input,
    BigDecimal output,
    BigDecimal cacheWrite5m,
    BigDecimal cacheWrite1h,
    BigDecimal cacheHit) {

  public TokenPrices {
    ModelPricing.requireNotNegative("input", input);
    ModelPricing.requireNotNegative("output", output);
    ModelPricing.requireNotNegative("cacheWrite5m", cacheWrite5m);
    ModelPricing.requireNotNegative("cacheWrite1h", cacheWrite1h);
    ModelPricing.requireNotNegative("cacheHit", cacheHit);
  }

  /** All prices times {@code factor}, exact. */
  TokenPrices times(BigDecimal factor) {
    return new TokenPrices(
        input.multiply(factor),
        output.multiply(factor),
        cacheWrite5m.multiply(factor),
        cacheWrite1h.multiply(factor),
        cacheHit.multiply(factor));
  }

  /** The highest price that a token of a prompt can have. */
  public BigDecimal dearestInput() {
    return input.max(cacheWrite5m).max(cacheWrite1h).max(cacheHit);
  }
}
