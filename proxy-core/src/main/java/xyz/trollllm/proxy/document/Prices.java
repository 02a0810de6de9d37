package xyz.trollllm.proxy.document;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import xyz.trollllm.config.PriceFactors;
import xyz.trollllm.config.RequestFees;
import xyz.trollllm.config.TokenPrices;

/** Writes prices, factors and fees. */
final class Prices {
  private Prices() {}

  static void write(JsonGenerator json, String name, TokenPrices prices) {
    Json.object(
        json,
        name,
        () -> {
          Json.decimal(json, "input", prices.input());
          Json.decimal(json, "output", prices.output());
          Json.decimal(json, "cache_write_5m", prices.cacheWrite5m());
          Json.decimal(json, "cache_write_1h", prices.cacheWrite1h());
          Json.decimal(json, "cache_hit", prices.cacheHit());
        });
  }

  static void write(JsonGenerator json, String name, RequestFees fees) {
    Json.object(
        json,
        name,
        () -> {
          optional(json, "web_search", fees.webSearch());
          optional(json, "web_fetch", fees.webFetch());
        });
  }

  static void write(JsonGenerator json, String name, PriceFactors factors) {
    Json.object(
        json,
        name,
        () -> {
          optional(json, "batch", factors.batch());
          optional(json, "flex", factors.flex());
          optional(json, "priority", factors.priority());
          optional(json, "inference_geo_us", factors.inferenceGeoUs());
        });
  }

  /** An amount or, where there is no price, null. */
  static void optional(JsonGenerator json, String name, @Nullable BigDecimal amount) {
    if (amount == null) {
      json.writeNullProperty(name);
    } else {
      Json.decimal(json, name, amount);
    }
  }
}
