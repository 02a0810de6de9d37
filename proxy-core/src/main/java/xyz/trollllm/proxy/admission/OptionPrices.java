package xyz.trollllm.proxy.admission;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.config.ModelConfig;
import xyz.trollllm.config.ModelPricing;
import xyz.trollllm.proxy.wire.PricedOption;
import xyz.trollllm.proxy.wire.PricedOption.Tier;

/** Which of the options that a request asks for have a price for the model of its route. */
final class OptionPrices {
  private final Route route;

  OptionPrices(Route route) {
    this.route = route;
  }

  /** What a client has to change, and where, before {@code options} have a price; empty if none. */
  Optional<String> problem(List<PricedOption> options) {
    for (PricedOption option : options) {
      String unpriced = unpriced(option);
      if (unpriced != null) {
        return Optional.of(
            "%s: %s has no price for %s, leave it out; priced for this model: %s"
                .formatted(
                    option.path(), unpriced, route.model().id(), String.join(", ", priced())));
      }
      Optional<String> excess = excess(option);
      if (excess.isPresent()) {
        return excess;
      }
    }
    return Optional.empty();
  }

  /** What the option is called, if it has no price. */
  private @Nullable String unpriced(PricedOption option) {
    ModelPricing pricing = route.model().pricing();
    boolean subInferences = route.model().policy().maxSubInferences() > 0;
    return switch (option) {
      case PricedOption.ServiceTier(_, Tier tier) ->
          switch (tier) {
            case STANDARD -> null;
            case FLEX -> unless(pricing.factors().flex() != null, "service tier flex");
            case PRIORITY -> unless(pricing.factors().priority() != null, "service tier priority");
          };
      case PricedOption.InferenceGeo(_, boolean us) ->
          unless(!us || pricing.factors().inferenceGeoUs() != null, "inference in the US only");
      case PricedOption.FastSpeed _ -> unless(pricing.fastPrices() != null, "fast speed");
      case PricedOption.WebSearch _ -> unless(pricing.fees().webSearch() != null, "web search");
      case PricedOption.WebFetch _ -> unless(pricing.fees().webFetch() != null, "web fetch");
      case PricedOption.Compaction _ -> unless(subInferences, "compaction");
      case PricedOption.Advisor(_, String model, _) ->
          unless(subInferences && adviser(model).isPresent(), "advice of this model");
    };
  }

  private static @Nullable String unless(boolean priced, String name) {
    return priced ? null : name;
  }

  private Optional<ModelConfig> adviser(String name) {
    return route.prices().reported(name, route.model());
  }

  private Optional<String> excess(PricedOption option) {
    int most = route.model().policy().maxSubInferences();
    OptionalLong uses =
        option instanceof PricedOption.Advisor advisor ? advisor.maxUses() : OptionalLong.empty();
    return uses.orElse(0) > most
        ? Optional.of(option.path() + ".max_uses: must be at most " + most + " for this model")
        : Optional.empty();
  }

  private List<String> priced() {
    ModelPricing pricing = route.model().pricing();
    List<String> priced = new ArrayList<>(List.of("ordinary service"));
    addIf(priced, pricing.factors().flex(), "service tier flex");
    addIf(priced, pricing.factors().priority(), "service tier priority");
    addIf(priced, pricing.factors().inferenceGeoUs(), "inference in the US only");
    addIf(priced, pricing.fees().webSearch(), "web search");
    addIf(priced, pricing.fees().webFetch(), "web fetch");
    if (pricing.fastPrices() != null) {
      priced.add("fast speed");
    }
    if (route.model().policy().maxSubInferences() > 0) {
      priced.add("compaction and advice of models served here");
    }
    return priced;
  }

  private static void addIf(List<String> priced, @Nullable BigDecimal price, String name) {
    if (price != null) {
      priced.add(name);
    }
  }
}
