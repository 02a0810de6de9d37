package xyz.trollllm.billing;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * Uses of one tool that the upstream runs itself.
 *
 * @param kind {@link #WEB_SEARCH} or {@link #WEB_FETCH}
 * @param usd for each use, before the multiplier; null if the tool has no price, and then nothing
 *     is charged for it
 */
public record CostFee(String kind, long count, @Nullable BigDecimal usd) {
  public static final String WEB_SEARCH = "web_search";
  public static final String WEB_FETCH = "web_fetch";

  /** What the uses cost before the multiplier. Exact. */
  public Usd listed() {
    return new Usd(amount());
  }

  BigDecimal amount() {
    return usd == null ? BigDecimal.ZERO : usd.multiply(BigDecimal.valueOf(count));
  }
}
