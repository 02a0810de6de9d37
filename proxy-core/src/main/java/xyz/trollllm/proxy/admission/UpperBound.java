package xyz.trollllm.proxy.admission;

import java.math.BigDecimal;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.LongContextTier;
import xyz.trollllm.config.ModelConfig;
import xyz.trollllm.config.TokenPrices;
import xyz.trollllm.proxy.wire.RequestSummary;

/**
 * The most that a request can cost: what is held before it is forwarded.
 *
 * <p>A token is at least one byte of the body, so a prompt of text has at most as many tokens as
 * the body has bytes, and never more than the model takes. Media and the upstream's own tools can
 * add tokens that no byte stands for; then the model's limit alone is the bound. Each token is
 * priced as the dearest kind of the dearest tier that the bound reaches.
 */
final class UpperBound {
  private static final int DIGITS_OF_A_MILLION = 6;

  /** What upstreams put around a prompt, such as their instructions for using tools. */
  private static final int UNSEEN_TOKENS = 1024;

  private UpperBound() {}

  static Usd of(RequestSummary request, int bodyBytes, ModelConfig model) {
    long input = inputTokens(request, bodyBytes, model);
    long output = outputTokens(request, model);
    BigDecimal inputPrice = model.pricing().prices().dearestInput();
    BigDecimal outputPrice = model.pricing().prices().output();
    for (LongContextTier tier : model.pricing().longContextTiers()) {
      if (input > tier.aboveInputTokens()) {
        TokenPrices prices = tier.prices();
        inputPrice = inputPrice.max(prices.dearestInput());
        outputPrice = outputPrice.max(prices.output());
      }
    }
    BigDecimal perMillion =
        BigDecimal.valueOf(input)
            .multiply(inputPrice)
            .add(BigDecimal.valueOf(output).multiply(outputPrice));
    return new Usd(
            perMillion.multiply(model.pricing().multiplier()).movePointLeft(DIGITS_OF_A_MILLION))
        .ceilingToNanos();
  }

  private static long inputTokens(RequestSummary request, int bodyBytes, ModelConfig model) {
    boolean moreThanItsBytes = request.unboundedInput() || request.inlineMedia() > 0;
    long most = Math.multiplyExact(request.inputs(), model.maxInputTokens());
    return moreThanItsBytes ? most : Math.min(bodyBytes + UNSEEN_TOKENS, most);
  }

  private static long outputTokens(RequestSummary request, ModelConfig model) {
    long perChoice =
        Math.min(request.maxTokens().orElse(model.maxOutputTokens()), model.maxOutputTokens());
    return Math.multiplyExact(request.choices(), perChoice);
  }
}
