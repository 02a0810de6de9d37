package xyz.trollllm.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static xyz.trollllm.billing.Models.prices;
import static xyz.trollllm.billing.Models.pricing;

import java.math.BigDecimal;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import xyz.trollllm.billing.TokenUsage.ServiceOptions;
import xyz.trollllm.billing.TokenUsage.SubInference;
import xyz.trollllm.config.LongContextTier;
import xyz.trollllm.config.ModelConfig;
import xyz.trollllm.config.ModelPricing;
import xyz.trollllm.config.PriceFactors;
import xyz.trollllm.config.RequestFees;
import xyz.trollllm.config.TokenPrices;

final class CostCalculatorTest {
  private static final LongContextTier ABOVE_200K =
      new LongContextTier(200_000, prices("6", "22.5", "7.5", "12", "0.60"));

  private static final ModelPricing SONNET =
      pricing(prices("3", "15", "3.75", "6", "0.30"), "1.06", ABOVE_200K);
  private static final ModelPricing OPUS = pricing(prices("5", "25", "6.25", "10", "0.50"), "1.06");
  private static final ModelPricing HAIKU = pricing(prices("1", "5", "1.25", "2", "0.10"), "1.20");
  private static final ModelPricing ALL_WAYS =
      pricing(
          HAIKU,
          new PriceFactors(usd("0.5"), usd("0.25"), usd("1.75"), usd("1.1")),
          prices("5", "25", "6.25", "10", "0.50"));
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

    assertThat(cost(usage, named(model)).total()).isEqualTo(Usd.of(usd));
  }

  @Test
  void everyKindOfTokenHasItsOwnPrice() {
    ModelPricing pricing = pricing(prices("1", "10", "100", "1000", "10000"), "2");

    Cost cost =
        cost(
            usage(new TokenCounts(1_000_000, 1_000_000, 1_000_000, 1_000_000, 1_000_000), 3, 5),
            pricing);

    // (1 + 100 + 1000 + 10000 + 10 + 3 x 0.01 + 5 x 0.002) x 2
    assertThat(cost.total()).isEqualTo(Usd.of("22222.08"));
    assertThat(cost.items().getFirst().listed()).isEqualTo(Usd.of("11111"));
    assertThat(cost.fees())
        .extracting(CostFee::kind, CostFee::count, CostFee::listed)
        .containsExactly(
            tuple("web_search", 3L, Usd.of("0.03")), tuple("web_fetch", 5L, Usd.of("0.01")));
    assertThat(cost.flags()).isEmpty();
  }

  @Test
  void partsSumToTheTotalAndOnlyTheTotalIsRounded() {
    ModelPricing pricing = pricing(prices("0.0004", "0.0004", "0.0004", "0.0004", "0.0004"), "1");

    Cost cost = cost(usage(new TokenCounts(1, 1, 0, 1, 1), 0, 0), pricing);

    // Four times 0.4 nano-dollars: rounded apart they would be nothing.
    assertThat(cost.total()).isEqualTo(Usd.of("0.0000000016"));
    assertThat(cost.charge()).isEqualTo(Usd.of("0.000000002"));
  }

  @Test
  void halfANanoIsRoundedUp() {
    ModelPricing pricing = pricing(prices("0.0005", "0", "0", "0", "0"), "1");

    assertThat(cost(usage(TokenCounts.of(1, 0), 0, 0), pricing).charge()).isEqualTo(Usd.ofNanos(1));
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

    Usd cost = cost(usage(TokenCounts.of(input, 7), 0, 0), tiered).total();

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

    Usd apart = cost(usage(one, 1, 2), OPUS).total().plus(cost(usage(other, 3, 4), OPUS).total());

    assertThat(cost(usage(both, 4, 6), OPUS).total()).isEqualTo(apart);
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

    assertThat(cost(usage(more, 1, 1), SONNET).charge())
        .isGreaterThanOrEqualTo(cost(usage(fewer, 0, 1), SONNET).charge());
  }

  /** V14: 60,000 tokens were compacted before the answer, which both cost what the model costs. */
  @Test
  void compactionCostsWhatTheRequestedModelCosts() {
    TokenUsage usage =
        with(
            TokenCounts.of(1_200, 300),
            new SubInference("compaction", null, TokenCounts.of(60_000, 900)));

    Cost cost = cost(usage, SONNET);

    // (1200 x 3 + 300 x 15 + 60000 x 3 + 900 x 15) x 1.06
    assertThat(cost.total()).isEqualTo(Usd.of("0.213696"));
    assertThat(cost.items())
        .extracting(CostItem::kind, CostItem::model, CostItem::listed)
        .containsExactly(
            tuple("message", "model", Usd.of("0.0081")),
            tuple("compaction", "model", Usd.of("0.1935")));
  }

  /** V15. */
  @Test
  void advisorCostsWhatItsOwnModelCostsTimesTheRequestedModelsMultiplier() {
    ModelConfig sonnet = Models.model("claude-sonnet-4-5", SONNET);
    ModelConfig opus =
        Models.model("claude-opus-4-5", pricing(prices("5", "25", "6.25", "10", "0.50"), "3"));
    TokenUsage usage =
        with(
            TokenCounts.of(1_500, 200),
            new SubInference("advisor_message", "claude-opus-4-5", TokenCounts.of(9_000, 700)));

    Cost cost = PriceBook.of(List.of(sonnet, opus)).cost(sonnet, usage);

    // (1500 x 3 + 200 x 15 + 9000 x 5 + 700 x 25) x 1.06
    assertThat(cost.total()).isEqualTo(Usd.of("0.0742"));
    assertThat(cost.items()).extracting(CostItem::model).containsExactly(sonnet.id(), opus.id());
    assertThat(cost.flags()).isEmpty();
  }

  @Test
  void tierIsChosenByEachInferencesOwnPrompt() {
    TokenUsage usage =
        with(
            TokenCounts.of(150_000, 0),
            new SubInference("compaction", null, TokenCounts.of(200_000, 0)),
            new SubInference("compaction", null, TokenCounts.of(200_001, 0)));

    assertThat(cost(usage, SONNET).items())
        .extracting(item -> item.prices().input())
        .containsExactly(usd("3"), usd("3"), usd("6"));
  }

  @Test
  void unknownModelCostsWhatTheRequestedOneCostsAndIsFlagged() {
    TokenUsage usage =
        with(
            TokenCounts.NONE,
            new SubInference("advisor_message", "claude-next", TokenCounts.of(1_000_000, 0)));

    Cost cost = cost(usage, OPUS);

    assertThat(cost.total()).isEqualTo(Usd.of("5.3"));
    assertThat(cost.flags()).containsExactly(CostFlags.UNPRICED_MODEL);
    assertThat(cost.items().getLast().model()).isEqualTo("claude-next");
  }

  @Test
  void modelThatSteppedInHasItsOwnPricesAndTheRequestedModelsMultiplierAndFees() {
    ModelConfig sonnet = Models.model("sonnet", SONNET);
    ModelConfig opus = Models.model("opus", pricing(prices("5", "25", "6.25", "10", "0.50"), "3"));
    TokenUsage usage =
        new TokenUsage(
            "opus", TokenCounts.of(1_000_000, 0), 1, 0, ServiceOptions.DEFAULT, List.of());

    Cost cost = PriceBook.of(List.of(sonnet, opus)).cost(sonnet, usage);

    assertThat(cost.total()).isEqualTo(Usd.of("5.3106"));
    assertThat(cost.items().getFirst().model()).isEqualTo("opus");
  }

  /** V13 is the batch of haiku: (1000 x 1 + 1000 x 5) x 0.5 x 1.20. */
  @ParameterizedTest(name = "{0}, {1}, {2}: {3}")
  @CsvSource(
      nullValues = "-",
      value = {
        "batch, -, -, 0.0036",
        "flex, -, -, 0.0018",
        "priority, -, -, 0.0126",
        "standard, standard, global, 0.0072",
        "default, -, not_available, 0.0072",
        "auto, -, -, 0.0072",
        "-, -, us, 0.00792",
        "batch, -, us, 0.00396",
        "-, fast, -, 0.036",
        "batch, fast, us, 0.0198",
      })
  void wayOfServiceChangesThePriceOfTokens(
      @Nullable String tier, @Nullable String speed, @Nullable String geo, String usd) {
    TokenUsage usage = served(TokenCounts.of(1_000, 1_000), 0, tier, speed, geo);

    Cost cost = cost(usage, ALL_WAYS);

    assertThat(cost.total()).isEqualTo(Usd.of(usd));
    assertThat(cost.flags()).isEmpty();
  }

  @Test
  void factorsAreNotForFees() {
    TokenUsage usage = served(TokenCounts.NONE, 10, "batch", "fast", "us");

    assertThat(cost(usage, ALL_WAYS).total()).isEqualTo(Usd.of("0.12"));
  }

  @Test
  void factorsStackWithTheTierAndApplyToEachInference() {
    ModelPricing pricing = pricing(SONNET, new PriceFactors(usd("0.5"), null, null, null), null);
    TokenUsage usage =
        new TokenUsage(
            TokenCounts.of(200_001, 0),
            0,
            0,
            new ServiceOptions("batch", null, null),
            List.of(new SubInference("compaction", null, TokenCounts.of(1_000, 0))));

    assertThat(cost(usage, pricing).items())
        .extracting(CostItem::listed)
        .containsExactly(Usd.of("0.600003"), Usd.of("0.0015"));
  }

  @Test
  void fastPricesAreForPromptsOfAnyLength() {
    ModelPricing pricing =
        pricing(SONNET, PriceFactors.UNPRICED, prices("30", "150", "37.5", "60", "3"));

    Cost cost = cost(served(TokenCounts.of(300_000, 0), 0, null, "fast", null), pricing);

    assertThat(cost.items().getFirst().prices()).isEqualTo(pricing.fastPrices());
  }

  @ParameterizedTest(name = "{0}, {1}, {2}: {3}")
  @CsvSource(
      nullValues = "-",
      value = {
        "batch, -, -, unpriced-service-tier",
        "flex, -, -, unpriced-service-tier",
        "priority, -, -, unpriced-service-tier",
        "scale, -, -, unpriced-service-tier",
        "-, fast, -, unpriced-speed",
        "-, slow, -, unpriced-speed",
        "-, -, us, unpriced-inference-geo",
        "-, -, eu, unpriced-inference-geo",
      })
  void wayOfServiceWithoutPriceCostsTheOrdinaryPriceAndIsFlagged(
      @Nullable String tier, @Nullable String speed, @Nullable String geo, String flag) {
    TokenUsage usage = served(TokenCounts.of(1_000, 1_000), 0, tier, speed, geo);

    Cost cost = cost(usage, HAIKU);

    assertThat(cost.total()).isEqualTo(Usd.of("0.0072"));
    assertThat(cost.flags()).containsExactly(flag);
  }

  @Test
  void toolWithoutFeeIsCountedAndFlagged() {
    ModelPricing pricing =
        new ModelPricing(OPUS.prices(), List.of(), RequestFees.UNPRICED, usd("1"));

    Cost cost = cost(usage(TokenCounts.NONE, 2, 3), pricing);

    assertThat(cost.total()).isEqualTo(Usd.ZERO);
    assertThat(cost.fees())
        .containsExactly(new CostFee("web_search", 2, null), new CostFee("web_fetch", 3, null));
    assertThat(cost.flags())
        .containsExactlyInAnyOrder(CostFlags.UNPRICED_WEB_SEARCH, CostFlags.UNPRICED_WEB_FETCH);
  }

  @Test
  void toolWithAFeeOfZeroIsPriced() {
    ModelPricing pricing = new ModelPricing(OPUS.prices(), List.of(), RequestFees.NONE, usd("1"));

    assertThat(cost(usage(TokenCounts.NONE, 2, 3), pricing).flags()).isEmpty();
  }

  @Test
  void chargeIsBoundedForAnyReport() {
    long most = 1_000_000_000_000L;
    TokenCounts counts = new TokenCounts(most, most, most, most, most);
    TokenPrices dearest = prices("100000", "100000", "100000", "100000", "100000");
    PriceFactors factors = new PriceFactors(usd("100"), null, null, usd("100"));
    ModelPricing pricing = pricing(pricing(dearest, "100"), factors, null);

    Cost cost =
        cost(
            new TokenUsage(
                counts,
                most,
                most,
                new ServiceOptions("batch", null, "us"),
                Collections.nCopies(101, new SubInference("compaction", null, counts))),
            pricing);

    assertThat(cost.charge()).isEqualTo(Cost.MOST);
    assertThat(cost.charge().nanos()).isEqualTo(1_000_000_000_000_000_000L);
    assertThat(cost.flags()).containsExactly(CostFlags.LIMITED_CHARGE);
  }

  @Test
  void chargeAtTheBoundIsNotLimited() {
    TokenUsage usage = usage(TokenCounts.of(1_000_000_000_000L, 0), 0, 0);

    Cost cost = cost(usage, pricing(prices("1000", "0", "0", "0", "0"), "1"));

    assertThat(cost.charge()).isEqualTo(Cost.MOST);
    assertThat(cost.flags()).isEmpty();
  }

  private static Cost cost(TokenUsage usage, ModelPricing pricing) {
    ModelConfig model = Models.model("model", pricing);
    return PriceBook.of(List.of(model)).cost(model, usage);
  }

  private static TokenUsage with(TokenCounts counts, SubInference... inferences) {
    return new TokenUsage(counts, 0, 0, ServiceOptions.DEFAULT, List.of(inferences));
  }

  private static TokenUsage served(
      TokenCounts counts,
      long searches,
      @Nullable String tier,
      @Nullable String speed,
      @Nullable String geo) {
    return new TokenUsage(counts, searches, 0, new ServiceOptions(tier, speed, geo), List.of());
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
    return new TokenUsage(counts, searches, fetches, ServiceOptions.DEFAULT, List.of());
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

  private static BigDecimal usd(String amount) {
    return new BigDecimal(amount);
  }
}
