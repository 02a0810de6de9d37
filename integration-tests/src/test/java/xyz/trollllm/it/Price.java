package xyz.trollllm.it;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import xyz.trollllm.billing.TokenCounts;

/**
 * What a model's maker publishes, in US dollars per million tokens. Written here a second time, and
 * multiplied here a second time, so that neither a slip in a shipped file nor one in the product's
 * arithmetic can agree with itself.
 */
record Price(String input, String output, String write5m, String write1h, String hit) {
  private static final Map<String, Price> PUBLISHED =
      Map.of(
          Ask.OPUS,
          new Price("5", "25", "6.25", "10", "0.5"),
          Ask.SONNET,
          new Price("3", "15", "3.75", "6", "0.3"),
          Ask.HAIKU,
          new Price("1", "5", "1.25", "2", "0.1"),
          "gemini-3-pro-preview",
          new Price("2", "12", "2", "2", "0.2"),
          "gpt-5",
          new Price("1.25", "10", "1.25", "1.25", "0.125"),
          "text-embedding-3-small",
          new Price("0.02", "0", "0", "0", "0"));

  static BigDecimal charge(String model, TokenCounts used, String multiplier) {
    Price price = PUBLISHED.get(model);
    if (price == null) {
      throw new IllegalArgumentException("no price is written here for " + model);
    }
    return price.of(used).multiply(new BigDecimal(multiplier)).setScale(9, RoundingMode.HALF_UP);
  }

  private BigDecimal of(TokenCounts used) {
    return times(used.input(), input)
        .add(times(used.output(), output))
        .add(times(used.cacheWrite5m(), write5m))
        .add(times(used.cacheWrite1h(), write1h))
        .add(times(used.cacheHit(), hit))
        .movePointLeft(6);
  }

  private static BigDecimal times(long tokens, String price) {
    return BigDecimal.valueOf(tokens).multiply(new BigDecimal(price));
  }
}
