package xyz.trollllm.billing;

import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.config.CreditField;
import xyz.trollllm.config.LongContextTier;
import xyz.trollllm.config.ModelConfig;
import xyz.trollllm.config.ModelPricing;
import xyz.trollllm.config.PriceFactors;
import xyz.trollllm.config.RequestFees;
import xyz.trollllm.config.TokenPrices;
import xyz.trollllm.config.UsageSemantics;

/** Configured models, with everything that does not matter filled in. */
final class Models {
  private Models() {}

  static ModelConfig model(String id, ModelPricing pricing) {
    return model(id, List.of(), "openhands", id, pricing);
  }

  static ModelConfig model(
      String id,
      List<String> aliases,
      String upstream,
      String upstreamModelId,
      ModelPricing pricing) {
    return new ModelConfig(
        id,
        id,
        aliases,
        "other",
        upstream,
        upstreamModelId,
        CreditField.CREDITS_NEW,
        pricing,
        1_000_000,
        64_000,
        UsageSemantics.AUTO);
  }

  static ModelPricing pricing(TokenPrices prices, String multiplier, LongContextTier... tiers) {
    return new ModelPricing(
        prices,
        List.of(tiers),
        new RequestFees(new BigDecimal("0.01"), new BigDecimal("0.002")),
        new BigDecimal(multiplier));
  }

  /** The same with other ways of service. */
  static ModelPricing pricing(
      ModelPricing ordinary, PriceFactors factors, @Nullable TokenPrices fast) {
    return new ModelPricing(
        ordinary.prices(),
        ordinary.longContextTiers(),
        ordinary.fees(),
        factors,
        fast,
        ordinary.multiplier());
  }

  static TokenPrices prices(
      String input, String output, String write5m, String write1h, String hit) {
    return new TokenPrices(
        new BigDecimal(input),
        new BigDecimal(output),
        new BigDecimal(write5m),
        new BigDecimal(write1h),
        new BigDecimal(hit));
  }
}
