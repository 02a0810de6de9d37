package xyz.trollllm.proxy.admission;

import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.config.LongContextTier;
import xyz.trollllm.config.ModelPricing;
import xyz.trollllm.config.PriceFactors;
import xyz.trollllm.config.TokenPrices;
import xyz.trollllm.proxy.wire.PricedOption;

/**
 * The dearest prices at which one model can serve a request: in every way of service that the
 * request allows, factors included, the multiplier not. Where a request leaves the way to the
 * upstream, every way counts that the configuration has a price for, as then the operator's account
 * may be set up for it.
 *
 * @param input US dollars per million tokens of the dearest kind of input
 * @param output US dollars per million tokens of output
 */
record ServicePrices(BigDecimal input, BigDecimal output) {

  /**
   * @param inputTokens the longest prompt, by which long-context tiers are reached
   */
  static ServicePrices dearest(ModelPricing pricing, List<PricedOption> options, long inputTokens) {
    BigDecimal input = pricing.prices().dearestInput();
    BigDecimal output = pricing.prices().output();
    for (LongContextTier tier : pricing.longContextTiers()) {
      if (inputTokens > tier.aboveInputTokens()) {
        input = input.max(tier.prices().dearestInput());
        output = output.max(tier.prices().output());
      }
    }
    TokenPrices fast = pricing.fastPrices();
    if (fast != null && find(options, PricedOption.FastSpeed.class).isPresent()) {
      input = input.max(fast.dearestInput());
      output = output.max(fast.output());
    }
    BigDecimal factor = tier(pricing.factors(), options).multiply(geo(pricing.factors(), options));
    return new ServicePrices(input.multiply(factor), output.multiply(factor));
  }

  private static BigDecimal tier(PriceFactors factors, List<PricedOption> options) {
    return find(options, PricedOption.ServiceTier.class)
        .map(asked ->
            switch (asked.tier()) {
              case STANDARD -> BigDecimal.ONE;
              case FLEX -> largest(factors.flex());
              case PRIORITY -> largest(factors.priority());
            })
        .orElseGet(() -> largest(factors.batch(), factors.flex(), factors.priority()));
  }

  private static BigDecimal geo(PriceFactors factors, List<PricedOption> options) {
    boolean anywhere =
        find(options, PricedOption.InferenceGeo.class).map(asked -> !asked.us()).orElse(false);
    return anywhere ? BigDecimal.ONE : largest(factors.inferenceGeoUs());
  }

  /** At least one: an upstream may serve a request in the ordinary way whatever was asked for. */
  private static BigDecimal largest(@Nullable BigDecimal... factors) {
    return Stream.of(factors)
        .filter(factor -> factor != null)
        .reduce(BigDecimal.ONE, BigDecimal::max);
  }

  private static <T extends PricedOption> Optional<T> find(
      List<PricedOption> options, Class<T> kind) {
    return options.stream().filter(kind::isInstance).map(kind::cast).findFirst();
  }

  /** What a million times as many tokens cost, in US dollars. */
  BigDecimal cost(long inputTokens, long outputTokens) {
    return BigDecimal.valueOf(inputTokens)
        .multiply(input)
        .add(BigDecimal.valueOf(outputTokens).multiply(output));
  }
}
