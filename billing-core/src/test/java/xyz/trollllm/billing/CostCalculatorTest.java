package xyz.trollllm.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import xyz.trollllm.config.LongContextTier;
import xyz.trollllm.config.ModelPricing;
import xyz.trollllm.config.RequestFees;
import xyz.trollllm.config.TokenPrices;

final class CostCalculatorTest {
  private static final RequestFees SEARCHES = new RequestFees(usd("0.01"), usd("0.002"));
  private static final LongContextTier ABOVE_200K =
      new LongContextTier(200_000, prices("6", "22.5", "7.5", "12", "0.60"));

  private static final ModelPricing SONNET =
      pricing(prices("3", "15", "3.75", "6", "0.30"), "1.06", ABOVE_200K);
  private static final ModelPricing OPUS = pricing(prices("5", "25", "6.25", "10", "0.50"), "1.06");
  private static final ModelPricing HAIKU = pricing(prices("1", "5", "1.25", "2", "0.10"), "1.20");
  private static final ModelPricing GPT =
      pricing(prices("1.25", "10", "1.25", "1.25", "0.125"), "1.05");

  /** Input, 5-minute write, 1-hour write, hit, output, searches; then US dollars. */
  @ParameterizedTest(name = "{0}: {1} in, {2}+{3} written, {4} hit, {5} out, {6} searches: {7}")
  @CsvSource({
    // (25 x 3 + 15 x 15) x 1.06 = 318 millionths
    "sonnet, 25, 0, 0, 0, 15, 0, 0.000318",
    // (3 x 3 + 12304 x 3.75 + 550 x 15) x 1.06
    "sonnet, 3, 12304, 0, 0, 550, 0, 0.05766294",
    // (10 x 5 + 6000 x 6.25 + 4000 x 10 + 48 x 25) x 1.06
    "opus, 10, 6000, 4000, 0, 48, 0, 0.083475",
    "opus, 10, 10000, 0, 0, 48, 0, 0.067575",
    // (120 x 1 + 40 x 5) x 1.20
    "haiku, 120, 0, 0, 0, 40, 0, 0.000384",
    // (10682 x 1 + 510 x 5) x 1.20 millionths, and one search of 0.01 x 1.20
    "haiku, 10682, 0, 0, 0, 510, 1, 0.0278784",
    "opus, 400, 0, 0, 0, 900, 0, 0.02597",
    "sonnet, 20, 0, 0, 0, 0, 0, 0.0000636",
    "sonnet, 5, 20000, 0, 0, 0, 0, 0.0795159",
    "opus, 7, 1200, 800, 30000, 210, 0, 0.0379321",
    "opus, 50, 0, 0, 4000, 333, 0, 0.0112095",
    "sonnet, 3, 10553, 0, 25490, 12, 0, 0.050254335",
    "sonnet, 3, 30457, 0, 0, 12, 0, 0.121266915",
    "gpt, 86, 0, 0, 1920, 300, 0, 0.003514875",
    "gpt, 13, 0, 0, 0, 20, 0, 0.0002270625",
    "opus, 10, 32435, 0, 66360, 5120, 0, 0.385785675",
    // at the threshold: (100000 x 3 + 100000 x 0.30 + 1000 x 15) x 1.06
    "sonnet, 100000, 0, 0, 100000, 1000, 0, 0.3657",
    // above it, output too: (1 x 6 + 200000 x 0.60 + 1000 x 22.5) x 1.06
    "sonnet, 1, 0, 0, 200000, 1000, 0, 0.15105636",
    "sonnet, 0, 0, 0, 0, 0, 0, 0",
  })
  void costIsTokensTimesPriceTimesMultiplier(
      String model,
      long input,
      long write5m,
      long write1h,
      long hit,
      long output,
      long searches,
      String usd) {
    TokenUsage usage = usage(new TokenCounts(input, write5m, write1h, hit, output), searches, 0);

    assertThat(CostCalculator.cost(usage, named(model)).total()).isEqualTo(Usd.of(usd));
  }

  @Test
  void everyKindOfTokenHasItsOwnPrice() {
    ModelPricing pricing = pricing(prices("1", "10", "100", "1000", "10000"), "2");

    Cost cost =
        CostCalculator.cost(
            usage(new TokenCounts(1_000_000, 1_000_000, 1_000_000, 1_000_000, 1_000_000), 3, 5),
            pricing);

    assertThat(cost)
        .isEqualTo(
            new Cost(Usd.of("2"), Usd.of("20"), Usd.of("2200"), Usd.of("20000"), Usd.of("0.08")));
  }

  @Test
  void partsSumToTheTotalAndOnlyTheTotalIsRounded() {
    ModelPricing pricing = pricing(prices("0.0004", "0.0004", "0.0004", "0.0004", "0.0004"), "1");

    Cost cost = CostCalculator.cost(usage(new TokenCounts(1, 1, 0, 1, 1), 0, 0), pricing);

    // Four times 0.4 nano-dollars: rounded apart they would be nothing.
    assertThat(cost.total()).isEqualTo(Usd.of("0.0000000016"));
    assertThat(cost.charge()).isEqualTo(Usd.of("0.000000002"));
  }

  @Test
  void halfANanoIsRoundedUp() {
    ModelPricing pricing = pricing(prices("0.0005", "0", "0", "0", "0"), "1");

    assertThat(CostCalculator.cost(usage(TokenCounts.of(1, 0), 0, 0), pricing).charge())
        .isEqualTo(Usd.ofNanos(1));
  }

  @ParameterizedTest
  @CsvSource({"100, 1", "101, 2", "1000, 2", "1001, 3"})
  void highestTierWhoseThresholdIsExceededApplies(long input, String pricePerMtok) {
    ModelPricing tiered =
        pricing(
            prices("1", "1", "1", "1", "1"),
            "1",
            new LongContextTier(1_000, prices("3", "3", "3", "3", "3")),
            new LongContextTier(100, prices("2", "2", "2", "2", "2")));

    Usd cost = CostCalculator.cost(usage(TokenCounts.of(input, 7), 0, 0), tiered).total();

    assertThat(cost)
        .isEqualTo(
            new Usd(
                usd(pricePerMtok)
                    .multiply(usd("0.000001"))
                    .multiply(BigDecimal.valueOf(input + 7))));
  }

  @RepeatedTest(200)
  void splittingUsageNeverChangesTheTotal(RepetitionInfo repetition) {
    Random random = new Random(repetition.getCurrentRepetition());
    TokenCounts one = counts(random, 1_000_000);
    TokenCounts other = counts(random, 1_000_000);
    TokenCounts both =
        new TokenCounts(
            one.input() + other.input(),
            one.cacheWrite5m() + other.cacheWrite5m(),
            one.cacheWrite1h() + other.cacheWrite1h(),
            one.cacheHit() + other.cacheHit(),
            one.output() + other.output());

    Usd apart =
        CostCalculator.cost(usage(one, 1, 2), OPUS)
            .total()
            .plus(CostCalculator.cost(usage(other, 3, 4), OPUS).total());

    assertThat(CostCalculator.cost(usage(both, 4, 6), OPUS).total()).isEqualTo(apart);
  }

  @RepeatedTest(200)
  void moreTokensNeverCostLess(RepetitionInfo repetition) {
    Random random = new Random(repetition.getCurrentRepetition());
    TokenCounts fewer = counts(random, 100_000);
    TokenCounts more =
        new TokenCounts(
            fewer.input() + random.nextLong(50_000),
            fewer.cacheWrite5m() + random.nextLong(50_000),
            fewer.cacheWrite1h() + random.nextLong(50_000),
            fewer.cacheHit() + random.nextLong(50_000),
            fewer.output() + random.nextLong(50_000));

    assertThat(CostCalculator.cost(usage(more, 1, 1), SONNET).charge())
        .isGreaterThanOrEqualTo(CostCalculator.cost(usage(fewer, 0, 1), SONNET).charge());
  }

  /** An oracle that knows no decimals: whole multiples of 10^-18 dollars. */
  @Test
  void hundredThousandRandomCostsAgreeWithWholeNumbers() {
    Random random = new Random(20261122);
    for (int i = 0; i < 100_000; i++) {
      long[] microPrices = random.longs(5, 0, 100_000_000).toArray();
      long microMultiplier = 1 + random.nextLong(5_000_000);
      TokenCounts counts = counts(random, 2_000_000);
      long searches = random.nextLong(20);
      ModelPricing pricing =
          pricing(
              new TokenPrices(
                  micros(microPrices[0]),
                  micros(microPrices[1]),
                  micros(microPrices[2]),
                  micros(microPrices[3]),
                  micros(microPrices[4])),
              micros(microMultiplier).toString());

      BigInteger picos =
          times(counts.input(), microPrices[0])
              .add(times(counts.output(), microPrices[1]))
              .add(times(counts.cacheWrite5m(), microPrices[2]))
              .add(times(counts.cacheWrite1h(), microPrices[3]))
              .add(times(counts.cacheHit(), microPrices[4]))
              .add(times(searches, 10_000_000_000L));
      BigInteger attos = picos.multiply(BigInteger.valueOf(microMultiplier));
      BigInteger nanos = attos.add(HALF_A_NANO).divide(ATTOS_PER_NANO);

      Usd charge = CostCalculator.cost(usage(counts, searches, 0), pricing).charge();
      assertThat(charge.nanos()).as("usage %d", i).isEqualTo(nanos.longValueExact());
    }
  }

  private static final BigInteger ATTOS_PER_NANO = BigInteger.TEN.pow(9);
  private static final BigInteger HALF_A_NANO = ATTOS_PER_NANO.shiftRight(1);

  private static BigInteger times(long count, long price) {
    return BigInteger.valueOf(count).multiply(BigInteger.valueOf(price));
  }

  private static BigDecimal micros(long micros) {
    return BigDecimal.valueOf(micros, 6);
  }

  @Test
  void subInferencesAreRefusedRatherThanForgotten() {
    TokenUsage usage =
        new TokenUsage(
            TokenCounts.of(1, 1),
            0,
            0,
            TokenUsage.ServiceOptions.DEFAULT,
            List.of(new TokenUsage.SubInference("compaction", null, TokenCounts.of(60_000, 900))));

    assertThatThrownBy(() -> CostCalculator.cost(usage, SONNET))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("compaction");
  }

  private static TokenCounts counts(Random random, long bound) {
    return new TokenCounts(
        random.nextLong(bound),
        random.nextLong(bound),
        random.nextLong(bound),
        random.nextLong(bound),
        random.nextLong(bound));
  }

  private static TokenUsage usage(TokenCounts counts, long searches, long fetches) {
    return new TokenUsage(counts, searches, fetches, TokenUsage.ServiceOptions.DEFAULT, List.of());
  }

  private static ModelPricing named(String model) {
    return switch (model) {
      case "sonnet" -> SONNET;
      case "opus" -> OPUS;
      case "haiku" -> HAIKU;
      case "gpt" -> GPT;
      default -> throw new IllegalArgumentException(model);
    };
  }

  private static ModelPricing pricing(
      TokenPrices prices, String multiplier, LongContextTier... tiers) {
    return new ModelPricing(prices, List.of(tiers), SEARCHES, usd(multiplier));
  }

  private static TokenPrices prices(
      String input, String output, String write5m, String write1h, String hit) {
    return new TokenPrices(usd(input), usd(output), usd(write5m), usd(write1h), usd(hit));
  }

  private static BigDecimal usd(String amount) {
    return new BigDecimal(amount);
  }
}
