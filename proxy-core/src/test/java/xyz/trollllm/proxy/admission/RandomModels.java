package xyz.trollllm.proxy.admission;

import java.math.BigDecimal;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.PriceBook;
import xyz.trollllm.config.Api;
import xyz.trollllm.config.CreditField;
import xyz.trollllm.config.LongContextTier;
import xyz.trollllm.config.LowBalance;
import xyz.trollllm.config.MediaTokens;
import xyz.trollllm.config.ModelConfig;
import xyz.trollllm.config.ModelPolicy;
import xyz.trollllm.config.ModelPricing;
import xyz.trollllm.config.PriceFactors;
import xyz.trollllm.config.RequestFees;
import xyz.trollllm.config.TokenPrices;
import xyz.trollllm.config.UsageSemantics;

/** Models with anything that a configuration can say. */
final class RandomModels {
  static final String ADVISER = "adviser-upstream";

  private final Random random;

  RandomModels(Random random) {
    this.random = random;
  }

  /** A route to a model, in a book with another one that may advise it. */
  Route route(Api api) {
    ModelConfig model = model("m");
    ModelConfig adviser = model(ADVISER);
    return new Route(
        api, model, URI.create("http://127.0.0.1/"), PriceBook.of(List.of(model, adviser)));
  }

  private ModelConfig model(String id) {
    long maxInput = random.nextLong(1, 300_001);
    return new ModelConfig(
        id,
        id,
        List.of(),
        "other",
        "up",
        id,
        CreditField.CREDITS,
        new ModelPricing(
            prices(),
            tiers(maxInput),
            new RequestFees(orNull("5", 3), orNull("5", 3)),
            new PriceFactors(orNull("3", 2), orNull("3", 2), orNull("3", 2), orNull("3", 2)),
            random.nextBoolean() ? prices() : null,
            decimal("5", 2).add(new BigDecimal("0.01"))),
        maxInput,
        random.nextLong(1, 64_001),
        UsageSemantics.AUTO,
        new ModelPolicy(
            new MediaTokens(bound(), bound(), bound()),
            LowBalance.LOWER_MAX_TOKENS,
            Optional.empty(),
            random.nextInt(4),
            4));
  }

  private TokenPrices prices() {
    return new TokenPrices(
        decimal("30", 6), decimal("150", 6), decimal("30", 6), decimal("60", 6), decimal("3", 6));
  }

  private List<LongContextTier> tiers(long maxInput) {
    List<LongContextTier> tiers = new ArrayList<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      tiers.add(new LongContextTier(random.nextLong(1, maxInput + 10), prices()));
    }
    return tiers;
  }

  private OptionalLong bound() {
    return random.nextBoolean()
        ? OptionalLong.of(random.nextLong(1, 10_001))
        : OptionalLong.empty();
  }

  private @Nullable BigDecimal orNull(String most, int decimals) {
    return random.nextInt(3) == 0 ? null : decimal(most, decimals);
  }

  private BigDecimal decimal(String most, int decimals) {
    long steps = new BigDecimal(most).movePointRight(decimals).longValueExact();
    return BigDecimal.valueOf(random.nextLong(steps + 1), decimals);
  }
}
