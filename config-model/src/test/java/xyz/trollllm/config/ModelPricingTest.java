package xyz.trollllm.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelPricingTest {
  private static TokenPrices prices(String all) {
    BigDecimal price = new BigDecimal(all);
    return new TokenPrices(price, price, price, price, price);
  }

  private static ModelPricing pricing(String multiplier) {
    return new ModelPricing(
        prices("1"),
        List.of(new LongContextTier(200, prices("3")), new LongContextTier(100, prices("2"))),
        RequestFees.NONE,
        new BigDecimal(multiplier));
  }

  @ParameterizedTest
  @CsvSource({"0, 1", "100, 1", "101, 2", "200, 2", "201, 3", "1000000, 3"})
  void tierAppliesStrictlyAboveItsThreshold(long inputTokens, String price) {
    assertThat(pricing("1").pricesFor(inputTokens)).isEqualTo(prices(price));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1"})
  void multiplierIsAboveZero(String multiplier) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> pricing(multiplier))
        .withMessage("multiplier must be positive, was " + multiplier);
  }

  @Test
  void priceIsNeverNegative() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> prices("-1"))
        .withMessage("input must not be negative, was -1");
  }

  @Test
  void thresholdOfATierIsAboveZero() {
    assertThatIllegalArgumentException().isThrownBy(() -> new LongContextTier(0, prices("1")));
  }

  @ParameterizedTest
  @CsvSource({"9, 1, 2, 3, 9", "1, 9, 2, 3, 9", "1, 2, 9, 3, 9", "1, 2, 3, 9, 9"})
  void dearestInputIsTheHighestPriceOfAPromptToken(
      BigDecimal input, BigDecimal write5m, BigDecimal write1h, BigDecimal hit, BigDecimal most) {
    TokenPrices prices = new TokenPrices(input, new BigDecimal("99"), write5m, write1h, hit);

    assertThat(prices.dearestInput()).isEqualTo(most);
  }
}
