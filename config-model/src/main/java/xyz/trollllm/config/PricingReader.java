package xyz.trollllm.config;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads what a model costs. */
final class PricingReader {
  /** Beyond these, a multiplier is more likely a slip of the decimal point than meant. */
  private static final BigDecimal LOWEST_USUAL_MULTIPLIER = new BigDecimal("0.5");

  private static final BigDecimal HIGHEST_USUAL_MULTIPLIER = new BigDecimal("5");

  private PricingReader() {}

  static ModelPricing read(ObjectReader model, long maxInputTokens) {
    TokenPrices prices = prices(model);
    return new ModelPricing(
        prices,
        tiers(model, prices, maxInputTokens),
        fees(model),
        factors(model),
        fastPrices(model),
        multiplier(model));
  }

  private static TokenPrices prices(ObjectReader json) {
    BigDecimal input = price(json, "input_price_per_mtok");
    BigDecimal output = price(json, "output_price_per_mtok");
    BigDecimal cacheWrite5m = price(json, "cache_write_price_per_mtok");
    BigDecimal cacheWrite1h = cacheWrite1h(json, cacheWrite5m);
    BigDecimal cacheHit = price(json, "cache_hit_price_per_mtok");
    TokenPrices prices = new TokenPrices(input, output, cacheWrite5m, cacheWrite1h, cacheHit);
    PriceOrder.check(json, prices);
    return prices;
  }

  private static BigDecimal price(ObjectReader json, String key) {
    return json.required(key, Decimals.PRICE, BigDecimal.ZERO);
  }

  /**
   * A cache that lasts an hour costs more to write than one that lasts five minutes, and by how
   * much differs between upstreams: billing the one at the price of the other would lose money in
   * silence. Only where the one is free, the other may go without saying.
   */
  private static BigDecimal cacheWrite1h(ObjectReader json, BigDecimal cacheWrite) {
    String key = "cache_write_1h_price_per_mtok";
    return cacheWrite.signum() > 0
        ? price(json, key)
        : json.optional(key, Decimals.PRICE, cacheWrite);
  }

  private static List<LongContextTier> tiers(
      ObjectReader model, TokenPrices base, long maxInputTokens) {
    List<LongContextTier> tiers = new ArrayList<>();
    long previousThreshold = 0;
    TokenPrices previousPrices = base;
    for (ObjectReader json : model.objects("long_context_tiers", ConfigSection.LONG_CONTEXT_TIER)) {
      String key = "above_input_tokens";
      long threshold = json.required(key, ModelReader.TOKENS, previousThreshold + 1);
      TokenPrices prices = prices(json);
      json.rejectUnknownKeys();
      if (threshold <= previousThreshold) {
        json.error(
            key, "must be above " + previousThreshold + " of the tier before it, was " + threshold);
      } else if (threshold >= maxInputTokens) {
        json.warning(key, "is not below max_input_tokens, so this tier is never used");
      }
      PriceOrder.checkTier(json, previousPrices, prices);
      tiers.add(new LongContextTier(Math.max(1, threshold), prices));
      previousThreshold = threshold;
      previousPrices = prices;
    }
    return tiers;
  }

  private static RequestFees fees(ObjectReader model) {
    return model
        .object("request_fees", ConfigSection.REQUEST_FEES)
        .map(json -> {
          RequestFees fees =
              new RequestFees(
                  json.optional("web_search", Decimals.FEE).orElse(null),
                  json.optional("web_fetch", Decimals.FEE).orElse(null));
          json.rejectUnknownKeys();
          return fees;
        })
        .orElse(RequestFees.UNPRICED);
  }

  private static PriceFactors factors(ObjectReader model) {
    return model
        .object("price_factors", ConfigSection.PRICE_FACTORS)
        .map(json -> {
          PriceFactors factors =
              new PriceFactors(
                  json.optional("batch", Decimals.MULTIPLIER).orElse(null),
                  json.optional("flex", Decimals.MULTIPLIER).orElse(null),
                  json.optional("priority", Decimals.MULTIPLIER).orElse(null),
                  json.optional("inference_geo_us", Decimals.MULTIPLIER).orElse(null));
          json.rejectUnknownKeys();
          return factors;
        })
        .orElse(PriceFactors.UNPRICED);
  }

  private static @Nullable TokenPrices fastPrices(ObjectReader model) {
    return model
        .object("fast_prices", ConfigSection.FAST_PRICES)
        .map(json -> {
          TokenPrices prices = prices(json);
          json.rejectUnknownKeys();
          return prices;
        })
        .orElse(null);
  }

  private static BigDecimal multiplier(ObjectReader model) {
    String key = "billing_multiplier";
    BigDecimal multiplier = model.required(key, Decimals.MULTIPLIER, BigDecimal.ONE);
    if (multiplier.compareTo(LOWEST_USUAL_MULTIPLIER) < 0
        || multiplier.compareTo(HIGHEST_USUAL_MULTIPLIER) > 0) {
      model.warning(
          key,
          "is %s, outside the usual %s to %s"
              .formatted(multiplier, LOWEST_USUAL_MULTIPLIER, HIGHEST_USUAL_MULTIPLIER));
    }
    return multiplier;
  }
}
