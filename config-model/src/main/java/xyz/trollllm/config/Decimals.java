package xyz.trollllm.config;

import java.math.BigDecimal;
import java.util.regex.Pattern;
import xyz.trollllm.config.JsonValue.JsonNumber;
import xyz.trollllm.config.JsonValue.JsonString;

/**
 * The rules for money and multipliers: a JSON number, or a string that holds one.
 *
 * <p>The bounds keep the dearest request that a file can describe well inside the 64-bit count of
 * nano-dollars that a ledger adds up: 10^8 tokens at 10^5 dollars per million, times 100, are 10^9
 * dollars.
 */
final class Decimals {
  private static final int MOST_DECIMALS = 6;

  /** Bounds digits and exponent before any arithmetic is done with them. */
  private static final Pattern NUMBER =
      Pattern.compile("-?[0-9]{1,30}(\\.[0-9]{1,30})?([eE][+-]?[0-9]{1,2})?");

  private static final Pattern DECIMAL_STRING = Pattern.compile("-?[0-9]+(\\.[0-9]+)?");

  static final Rule<BigDecimal> PRICE =
      notNegative("US dollars per million tokens, such as 3.75", new BigDecimal("100000"));

  static final Rule<BigDecimal> FEE =
      notNegative("US dollars per use, such as 0.01", new BigDecimal("1000"));

  static final Rule<BigDecimal> AMOUNT =
      notNegative("US dollars, such as 0.50", new BigDecimal("1000000"));

  static final Rule<BigDecimal> MULTIPLIER = multiplier();

  private Decimals() {}

  private static Rule<BigDecimal> notNegative(String allowed, BigDecimal largest) {
    return Rules.rule(
        allowed,
        value ->
            switch (decimal(value, allowed, largest)) {
              case Rule.Reading.Good<BigDecimal>(BigDecimal amount) when amount.signum() < 0 ->
                  Rule.refused("must not be negative", value);
              case Rule.Reading<BigDecimal> reading -> reading;
            });
  }

  private static Rule<BigDecimal> multiplier() {
    String allowed = "a number above zero, such as 1.06";
    return Rules.rule(
        allowed,
        value ->
            switch (decimal(value, allowed, new BigDecimal("100"))) {
              case Rule.Reading.Good<BigDecimal>(BigDecimal factor) when factor.signum() <= 0 ->
                  Rule.refused("must be " + allowed, value);
              case Rule.Reading<BigDecimal> reading -> reading;
            });
  }

  private static Rule.Reading<BigDecimal> decimal(
      JsonValue value, String allowed, BigDecimal largest) {
    return switch (value) {
      case JsonNumber(String written) -> bounded(written, value, largest);
      case JsonString(String text) when DECIMAL_STRING.matcher(text).matches() ->
          bounded(text, value, largest);
      default -> Rule.refused("must be " + allowed, value);
    };
  }

  private static Rule.Reading<BigDecimal> bounded(
      String written, JsonValue value, BigDecimal largest) {
    if (!NUMBER.matcher(written).matches()) {
      return Rule.refused(
          "must be from 0 to " + largest + " with at most " + MOST_DECIMALS + " decimals", value);
    }
    BigDecimal decimal = new BigDecimal(written);
    if (decimal.compareTo(largest) > 0) {
      return Rule.refused("must be at most " + largest, value);
    }
    if (decimal.stripTrailingZeros().scale() > MOST_DECIMALS) {
      return Rule.refused("must have at most " + MOST_DECIMALS + " decimals", value);
    }
    return new Rule.Reading.Good<>(decimal);
  }
}
