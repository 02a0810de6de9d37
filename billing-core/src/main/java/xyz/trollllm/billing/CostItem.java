package xyz.trollllm.billing;

import java.math.BigDecimal;
import xyz.trollllm.config.TokenPrices;

/**
 * One inference of a request and the prices that applied to it.
 *
 * @param kind {@link #MESSAGE} for the answer itself, else as the upstream named it, such as {@code
 *     compaction} or {@code advisor_message}
 * @param model the configured id of the model whose prices applied; of a model that is not
 *     configured, the name the upstream gave it
 * @param prices US dollars per million tokens: those of its long-context tier or speed
 * @param factor of the way it was served, for all its tokens; 1 for the ordinary way
 */
public record CostItem(
    String kind, String model, TokenCounts counts, TokenPrices prices, BigDecimal factor) {
  /** The kind of the answer itself. */
  public static final String MESSAGE = "message";

  private static final int DIGITS_OF_A_MILLION = 6;

  /**
   * What it costs before the multiplier. Exact: prices and factors are finite decimals and a
   * million is a power of ten.
   */
  public Usd listed() {
    return new Usd(amount());
  }

  BigDecimal amount() {
    BigDecimal perMillion =
        times(counts.input(), prices.input())
            .add(times(counts.cacheWrite5m(), prices.cacheWrite5m()))
            .add(times(counts.cacheWrite1h(), prices.cacheWrite1h()))
            .add(times(counts.cacheHit(), prices.cacheHit()))
            .add(times(counts.output(), prices.output()));
    return perMillion.multiply(factor).movePointLeft(DIGITS_OF_A_MILLION);
  }

  private static BigDecimal times(long tokens, BigDecimal usdPerMtok) {
    return usdPerMtok.multiply(BigDecimal.valueOf(tokens));
  }
}
