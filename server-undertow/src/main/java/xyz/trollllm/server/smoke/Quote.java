package xyz.trollllm.server.smoke;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What {@code /pricing} says that a model costs, for requests too small for a long-context tier.
 *
 * @param creditField what pays
 * @param multiplier on everything
 * @param prices US dollars per million tokens by kind, before the multiplier
 * @param fees US dollars per use by kind, before the multiplier; without those that have no price
 */
record Quote(
    String model,
    String type,
    String creditField,
    BigDecimal multiplier,
    Map<String, BigDecimal> prices,
    Map<String, BigDecimal> fees) {
  private static final int NANO_DIGITS = 9;
  private static final int DIGITS_OF_A_MILLION = 6;

  Quote {
    prices = Map.copyOf(prices);
    fees = Map.copyOf(fees);
  }

  /** The quote of the model that clients call {@code id}. */
  static Optional<Quote> of(JsonNode priceList, String id) {
    return priceList
        .path("models")
        .valueStream()
        .filter(model -> isCalled(id, model))
        .findFirst()
        .map(Quote::of);
  }

  private static boolean isCalled(String id, JsonNode model) {
    return model.path("id").asString("").equals(id)
        || model.path("aliases").valueStream().anyMatch(alias -> alias.asString("").equals(id));
  }

  private static Quote of(JsonNode model) {
    return new Quote(
        model.path("id").asString(""),
        model.path("type").asString(""),
        model.path("credit_field").asString(""),
        amount(model.path("multiplier")),
        amounts(model.path("prices")),
        amounts(model.path("fees")));
  }

  private static Map<String, BigDecimal> amounts(JsonNode object) {
    Map<String, BigDecimal> amounts = new LinkedHashMap<>();
    object
        .properties()
        .forEach(entry -> {
          if (!entry.getValue().isNull()) {
            amounts.put(entry.getKey(), amount(entry.getValue()));
          }
        });
    return amounts;
  }

  static BigDecimal amount(JsonNode text) {
    return new BigDecimal(text.asString("0"));
  }

  /** What these tokens and uses must be charged: exact, and rounded once as the price list says. */
  BigDecimal charge(List<Booked.Item> items, Map<String, Long> uses) {
    BigDecimal listed = BigDecimal.ZERO;
    for (Booked.Item item : items) {
      BigDecimal tokens = BigDecimal.ZERO;
      for (Map.Entry<String, Long> counted : item.tokens().entrySet()) {
        tokens = tokens.add(times(counted.getValue(), prices.get(counted.getKey())));
      }
      listed = listed.add(tokens.multiply(item.factor()).movePointLeft(DIGITS_OF_A_MILLION));
    }
    for (Map.Entry<String, Long> used : uses.entrySet()) {
      listed = listed.add(times(used.getValue(), fees.get(used.getKey())));
    }
    return listed.multiply(multiplier).setScale(NANO_DIGITS, RoundingMode.HALF_UP);
  }

  private static BigDecimal times(long count, @Nullable BigDecimal price) {
    return price == null ? BigDecimal.ZERO : price.multiply(BigDecimal.valueOf(count));
  }
}
