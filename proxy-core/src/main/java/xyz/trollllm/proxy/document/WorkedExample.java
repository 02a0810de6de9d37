package xyz.trollllm.proxy.document;

import java.math.BigDecimal;
import xyz.trollllm.billing.PriceBook;
import xyz.trollllm.billing.TokenCounts;
import xyz.trollllm.billing.TokenUsage;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.ModelConfig;

/**
 * What a million tokens in and a million out cost in requests of an ordinary size, by which models
 * and endpoints can be compared. Charged request by request, as those of users are.
 */
public final class WorkedExample {
  public static final int REQUESTS = 1000;
  public static final int INPUT_TOKENS_EACH = 1000;
  public static final int OUTPUT_TOKENS_EACH = 1000;

  private static final TokenUsage EACH =
      TokenUsage.of(TokenCounts.of(INPUT_TOKENS_EACH, OUTPUT_TOKENS_EACH));

  private WorkedExample() {}

  /** The sum of the charges. */
  public static Usd cost(PriceBook book, ModelConfig model) {
    Usd each = book.cost(model, EACH).charge();
    return new Usd(each.amount().multiply(BigDecimal.valueOf(REQUESTS)));
  }
}
