package xyz.trollllm.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ModelPricingTest {
  private static final ModelPricing TIERED =
      pricing(
          "1.06",
          new LongContextTier(272_000, prices("3")),
          new LongContextTier(200_000, prices("2")));

  @ParameterizedTest(name = "{0} tokens cost {1} each")
  @CsvSource({"0, 1", "199999, 1", "200000, 1", "200001, 2", "272000, 2", "272001, 3"})
  void tierAppliesStrictlyAboveItsThreshold(long inputTokens, String price) {
    assertThat(TIERED.pricesFor(inputTokens)).isEqualTo(prices(price));
  }

  @Test
  void tiersAreInAscendingOrder() {
    assertThat(TIERED.longContextTiers())
        .extracting(LongContextTier::aboveInputTokens)
        .containsExactly(200_000L, 272_000L);
  }

  @Test
  void nothingButOrdinaryServiceIsPricedUnlessSaid() {
    assertThat(TIERED.factors()).isEqualTo(PriceFactors.UNPRICED);
    assertThat(TIERED.fastPrices()).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1"})
  void multiplierIsAboveZero(String multiplier) {
    assertThatThrownBy(() -> pricing(multiplier))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("multiplier must be positive, was " + multiplier);
  }

  @Test
  void effectivePricingHasTheMultiplierInEveryAmountAndNoDigitLess() {
    ModelPricing fast =
        new ModelPricing(
            prices("1.23456"),
            List.of(new LongContextTier(200_000, prices("2"))),
            new RequestFees(new BigDecimal("0.01"), null),
            new PriceFactors(new BigDecimal("0.5"), null, null, null),
            prices("30"),
            new BigDecimal("1.065"));

    assertThat(fast.effective())
        .isEqualTo(
            new ModelPricing(
                prices("1.31480640"),
                List.of(new LongContextTier(200_000, prices("2.130"))),
                new RequestFees(new BigDecimal("0.01065"), null),
                new PriceFactors(new BigDecimal("0.5"), null, null, null),
                prices("31.950"),
                BigDecimal.ONE));
    assertThat(TIERED.effective().fastPrices()).isNull();
  }

  @Test
  void amountsAreNotNegative() {
    BigDecimal zero = BigDecimal.ZERO;
    BigDecimal below = new BigDecimal("-1");

    assertThatThrownBy(() -> new TokenPrices(zero, below, zero, zero, zero))
        .hasMessage("output must not be negative, was -1");
    assertThatThrownBy(() -> new RequestFees(zero, below))
        .hasMessage("webFetch must not be negative, was -1");
    assertThat(new RequestFees(null, zero).webSearch()).isNull();
  }

  private static ModelPricing pricing(String multiplier, LongContextTier... tiers) {
    return new ModelPricing(
        prices("1"), List.of(tiers), RequestFees.NONE, new BigDecimal(multiplier));
  }

  private static TokenPrices prices(String price) {
    BigDecimal usd = new BigDecimal(price);
    return new TokenPrices(usd, usd, usd, usd, usd);
  }
}
