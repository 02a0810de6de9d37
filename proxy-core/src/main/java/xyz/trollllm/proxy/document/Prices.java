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

  static void write(JsonGenerator json, String name, TokenPrices prices, BigDecimal factor) {
    Json.object(
        json,
        name,
        () -> {
          Json.decimal(json, "input", prices.input().multiply(factor));
          Json.decimal(json, "output", prices.output().multiply(factor));
          Json.decimal(json, "cache_write_5m", prices.cacheWrite5m().multiply(factor));
          Json.decimal(json, "cache_write_1h", prices.cacheWrite1h().multiply(factor));
          Json.decimal(json, "cache_hit", prices.cacheHit().multiply(factor));
        });
  }

  static void write(JsonGenerator json, String name, RequestFees fees, BigDecimal factor) {
    Json.object(
        json,
        name,
        () -> {
          optional(json, "web_search", fees.webSearch(), factor);
          optional(json, "web_fetch", fees.webFetch(), factor);
        });
  }

  static void write(JsonGenerator json, String name, PriceFactors factors) {
    Json.object(
        json,
        name,
        () -> {
          optional(json, "batch", factors.batch(), BigDecimal.ONE);
          optional(json, "flex", factors.flex(), BigDecimal.ONE);
          optional(json, "priority", factors.priority(), BigDecimal.ONE);
          optional(json, "inference_geo_us", factors.inferenceGeoUs(), BigDecimal.ONE);
        });
  }

  /** An amount or, where there is no price, null. */
  static void optional(
      JsonGenerator json, String name, @Nullable BigDecimal amount, BigDecimal factor) {
    if (amount == null) {
      json.writeNullProperty(name);
    } else {
      Json.decimal(json, name, amount.multiply(factor));
    }
  }
}
