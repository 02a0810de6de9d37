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
 * Limits and prices in the form that clients of LiteLLM look them up: by {@code model_name}, of
 * which there is one for each id and alias, as US dollars per token with the multiplier in them.
 */
public final class ModelInfo {
  private static final int DIGITS_OF_A_MILLION = 6;
  private static final int THOUSAND = 1000;

  private ModelInfo() {}

  public static ByteBuffer json(PriceBook prices) {
    return Json.object(json -> {
      json.writeArrayPropertyStart("data");
      for (ModelConfig model : prices.models()) {
        entry(json, model, model.id());
        model.aliases().forEach(alias -> entry(json, model, alias));
      }
      json.writeEndArray();
    });
  }

  private static void entry(JsonGenerator json, ModelConfig model, String name) {
    json.writeStartObject();
    json.writeStringProperty("model_name", name);
    Json.object(json, "litellm_params", () -> json.writeStringProperty("model", model.id()));
    Json.object(json, "model_info", () -> info(json, model));
    json.writeEndObject();
  }

  private static void info(JsonGenerator json, ModelConfig model) {
    json.writeStringProperty("id", model.id());
    json.writeStringProperty("key", model.id());
    json.writeBooleanProperty("db_model", false);
    json.writeStringProperty("litellm_provider", model.type());
    json.writeStringProperty("mode", "chat");
    json.writeNumberProperty("max_tokens", model.maxOutputTokens());
    json.writeNumberProperty("max_input_tokens", model.maxInputTokens());
    json.writeNumberProperty("max_output_tokens", model.maxOutputTokens());
    ModelPricing effective = model.pricing().effective();
    prices(json, effective.prices(), "");
    for (LongContextTier tier : effective.longContextTiers()) {
      // LiteLLM's names have room for whole thousands only.
      if (tier.aboveInputTokens() % THOUSAND == 0) {
        String above = "_above_" + tier.aboveInputTokens() / THOUSAND + "k_tokens";
        prices(json, tier.prices(), above);
      }
    }
  }

  private static void prices(JsonGenerator json, TokenPrices prices, String above) {
    perToken(json, "input_cost_per_token" + above, prices.input());
    perToken(json, "output_cost_per_token" + above, prices.output());
    perToken(json, "cache_creation_input_token_cost" + above, prices.cacheWrite5m());
    perToken(json, "cache_creation_input_token_cost_above_1hr" + above, prices.cacheWrite1h());
    perToken(json, "cache_read_input_token_cost" + above, prices.cacheHit());
  }

  private static void perToken(JsonGenerator json, String name, BigDecimal usdPerMtok) {
    Json.number(json, name, usdPerMtok.movePointLeft(DIGITS_OF_A_MILLION));
  }
}
