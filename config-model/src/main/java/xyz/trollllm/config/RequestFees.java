package xyz.trollllm.config;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * US dollars per use of a tool that the upstream runs itself, before the multiplier. Null is a tool
 * without a price: requests that bring it are refused. Zero is a price.
 */
public record RequestFees(@Nullable BigDecimal webSearch, @Nullable BigDecimal webFetch) {
  /** Tools that cost nothing beyond their tokens. */
  public static final RequestFees NONE = new RequestFees(BigDecimal.ZERO, BigDecimal.ZERO);

  /** No tool has a price. */
  public static final RequestFees UNPRICED = new RequestFees(null, null);

  public RequestFees {
    ModelPricing.requireNotNegative("webSearch", webSearch);
    ModelPricing.requireNotNegative("webFetch", webFetch);
  }

  /** All fees times {@code factor}, exact; what has no price still has none. */
  RequestFees times(BigDecimal factor) {
    return new RequestFees(
        webSearch == null ? null : webSearch.multiply(factor),
        webFetch == null ? null : webFetch.multiply(factor));
  }
}
