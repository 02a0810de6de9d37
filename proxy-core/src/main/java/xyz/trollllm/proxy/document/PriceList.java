package xyz.trollllm.proxy.document;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import tools.jackson.core.JsonGenerator;
import xyz.trollllm.billing.PriceBook;
import xyz.trollllm.config.LongContextTier;
import xyz.trollllm.config.ModelConfig;
import xyz.trollllm.config.ModelPricing;
import xyz.trollllm.config.TokenPrices;

/**
 * What every model of an instance costs, written from the same book that requests are charged from.
 * {@code effective_} prices and fees have the multiplier in them; null has no price, and requests
 * that ask for it are refused.
 */
public final class PriceList {
  private PriceList() {}

  public static ByteBuffer json(String instance, PriceBook book) {
    return Json.object(json -> {
      json.writeStringProperty("object", "price_list");
      json.writeStringProperty("instance", instance);
      json.writeStringProperty("currency", "USD");
      json.writeStringProperty("prices_per", "1000000 tokens");
      json.writeStringProperty("fees_per", "use");
      json.writeStringProperty("rounding", "once per request, half up, to 9 decimals");
      json.writeArrayPropertyStart("models");
      for (ModelConfig model : book.models()) {
        json.writeStartObject();
        model(json, model);
        json.writeEndObject();
      }
      json.writeEndArray();
    });
  }

  private static void model(JsonGenerator json, ModelConfig model) {
    ModelPricing pricing = model.pricing();
    BigDecimal multiplier = pricing.multiplier();
    json.writeStringProperty("id", model.id());
    json.writeArrayPropertyStart("aliases");
    model.aliases().forEach(json::writeString);
    json.writeEndArray();
    json.writeStringProperty("name", model.name());
    json.writeStringProperty("type", model.type());
    json.writeStringProperty("credit_field", model.creditField().balanceField());
    json.writeNumberProperty("max_input_tokens", model.maxInputTokens());
    json.writeNumberProperty("max_output_tokens", model.maxOutputTokens());
    Json.decimal(json, "multiplier", multiplier);
    Prices.write(json, "prices", pricing.prices(), BigDecimal.ONE);
    Prices.write(json, "effective_prices", pricing.prices(), multiplier);
    json.writeArrayPropertyStart("long_context_tiers");
    for (LongContextTier tier : pricing.longContextTiers()) {
      json.writeStartObject();
      json.writeNumberProperty("above_input_tokens", tier.aboveInputTokens());
      Prices.write(json, "prices", tier.prices(), BigDecimal.ONE);
      Prices.write(json, "effective_prices", tier.prices(), multiplier);
      json.writeEndObject();
    }
    json.writeEndArray();
    TokenPrices fast = pricing.fastPrices();
    if (fast == null) {
      json.writeNullProperty("fast_prices");
      json.writeNullProperty("effective_fast_prices");
    } else {
      Prices.write(json, "fast_prices", fast, BigDecimal.ONE);
      Prices.write(json, "effective_fast_prices", fast, multiplier);
    }
    Prices.write(json, "factors", pricing.factors());
    Prices.write(json, "fees", pricing.fees(), BigDecimal.ONE);
    Prices.write(json, "effective_fees", pricing.fees(), multiplier);
  }
}
