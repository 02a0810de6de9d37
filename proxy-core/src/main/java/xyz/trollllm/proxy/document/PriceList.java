package xyz.trollllm.proxy.document;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
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
      units(json);
      json.writeArrayPropertyStart("models");
      for (ModelConfig model : book.models()) {
        json.writeStartObject();
        model(json, model);
        json.writeEndObject();
      }
      json.writeEndArray();
    });
  }

  /** In what amounts are told. */
  static void units(JsonGenerator json) {
    json.writeStringProperty("currency", "USD");
    json.writeStringProperty("prices_per", "1000000 tokens");
    json.writeStringProperty("fees_per", "use");
    json.writeStringProperty("rounding", "once per request, half up, to 9 decimals");
  }

  /** The members of one model. */
  static void model(JsonGenerator json, ModelConfig model) {
    ModelPricing pricing = model.pricing();
    ModelPricing effective = pricing.effective();
    json.writeStringProperty("id", model.id());
    json.writeArrayPropertyStart("aliases");
    model.aliases().forEach(json::writeString);
    json.writeEndArray();
    json.writeStringProperty("name", model.name());
    json.writeStringProperty("type", model.type());
    json.writeStringProperty("credit_field", model.creditField().balanceField());
    json.writeNumberProperty("max_input_tokens", model.maxInputTokens());
    json.writeNumberProperty("max_output_tokens", model.maxOutputTokens());
    Json.decimal(json, "multiplier", pricing.multiplier());
    Prices.write(json, "prices", pricing.prices());
    Prices.write(json, "effective_prices", effective.prices());
    json.writeArrayPropertyStart("long_context_tiers");
    for (int i = 0; i < pricing.longContextTiers().size(); i++) {
      LongContextTier tier = pricing.longContextTiers().get(i);
      json.writeStartObject();
      json.writeNumberProperty("above_input_tokens", tier.aboveInputTokens());
      Prices.write(json, "prices", tier.prices());
      Prices.write(json, "effective_prices", effective.longContextTiers().get(i).prices());
      json.writeEndObject();
    }
    json.writeEndArray();
    fast(json, "fast_prices", pricing.fastPrices());
    fast(json, "effective_fast_prices", effective.fastPrices());
    Prices.write(json, "factors", pricing.factors());
    Prices.write(json, "fees", pricing.fees());
    Prices.write(json, "effective_fees", effective.fees());
  }

  private static void fast(JsonGenerator json, String name, @Nullable TokenPrices prices) {
    if (prices == null) {
      json.writeNullProperty(name);
    } else {
      Prices.write(json, name, prices);
    }
  }
}
