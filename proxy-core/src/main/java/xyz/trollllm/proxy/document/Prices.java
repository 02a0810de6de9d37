package xyz.trollllm.proxy.document;

import java.math.BigDecimal;
import tools.jackson.core.JsonGenerator;
import xyz.trollllm.config.RequestFees;
import xyz.trollllm.config.TokenPrices;

/** Writes prices and fees, every amount times a factor. */
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
          Json.decimal(json, "web_search", fees.webSearch().multiply(factor));
          Json.decimal(json, "web_fetch", fees.webFetch().multiply(factor));
        });
  }
}
