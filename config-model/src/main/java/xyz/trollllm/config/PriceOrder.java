package xyz.trollllm.config;

import java.math.BigDecimal;

/** Warns about prices that stand in an unusual order: most often two of them were swapped. */
final class PriceOrder {
  private PriceOrder() {}

  /** Usually one hour of cache costs at least what five minutes do, then input, then a hit. */
  static void check(ObjectReader json, TokenPrices prices) {
    String hour = "cache_write_1h_price_per_mtok";
    String fiveMinutes = "cache_write_price_per_mtok";
    String input = "input_price_per_mtok";
    String hit = "cache_hit_price_per_mtok";
    expectAtLeast(json, hour, prices.cacheWrite1h(), fiveMinutes, prices.cacheWrite5m());
    expectAtLeast(json, fiveMinutes, prices.cacheWrite5m(), input, prices.input());
    expectAtLeast(json, input, prices.input(), hit, prices.cacheHit());
  }

  /** Usually a longer prompt is not cheaper per token. */
  static void checkTier(ObjectReader tier, TokenPrices shorter, TokenPrices longer) {
    String before = "that of shorter prompts";
    expectAtLeast(tier, "input_price_per_mtok", longer.input(), before, shorter.input());
    expectAtLeast(tier, "output_price_per_mtok", longer.output(), before, shorter.output());
  }

  private static void expectAtLeast(
      ObjectReader json, String key, BigDecimal price, String otherName, BigDecimal other) {
    if (price.compareTo(other) < 0) {
      json.warning(key, "is %s, below %s, which is %s".formatted(price, otherName, other));
    }
  }
}
