package xyz.trollllm.config;

import java.math.BigDecimal;

/** US dollars per use of a tool that the upstream runs itself, before the multiplier. */
public record RequestFees(BigDecimal webSearch, BigDecimal webFetch) {
  /** Tools that cost nothing beyond their tokens. */
  public static final RequestFees NONE = new RequestFees(BigDecimal.ZERO, BigDecimal.ZERO);

  public RequestFees {
    ModelPricing.requireNotNegative("webSearch", webSearch);
    ModelPricing.requireNotNegative("webFetch", webFetch);
  }
}
