package xyz.trollllm.billing;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.config.ModelConfig;
import xyz.trollllm.config.ModelPricing;
import xyz.trollllm.config.RequestFees;
import xyz.trollllm.config.TokenPrices;

/**
 * Finds the price of everything that an answer used. One per answer, used by one thread.
 *
 * <p>Each inference is priced by its own model, its own long-context tier (by its own prompt, never
 * the sum) and the way of service that the upstream reported for the answer. Factors are for
 * tokens, not for fees: Anthropic sells searches by the piece, "plus standard token costs", gives
 * its batch discount on tokens, and defines the surcharge of US-only inference on "token pricing
 * categories". Nothing that was reported is left out: what has no price of its own takes the
 * ordinary one and is flagged.
 */
final class CostCalculator {
  private final PriceBook prices;
  private final ModelConfig requested;
  private final TokenUsage usage;
  private final SortedSet<String> flags = new TreeSet<>();

  CostCalculator(PriceBook prices, ModelConfig requested, TokenUsage usage) {
    this.prices = prices;
    this.requested = requested;
    this.usage = usage;
  }

  Cost cost() {
    List<CostItem> items = new ArrayList<>();
    items.add(item(CostItem.MESSAGE, usage.fallbackModel(), usage.counts()));
    for (TokenUsage.SubInference inference : usage.subInferences()) {
      items.add(item(inference.kind(), inference.model(), inference.counts()));
    }
    List<CostFee> fees = fees(requested.pricing().fees());
    Cost cost = new Cost(items, fees, requested.pricing().multiplier(), flags);
    if (cost.total().compareTo(Cost.MOST) <= 0) {
      return cost;
    }
    flags.add(CostFlags.LIMITED_CHARGE);
    return new Cost(items, fees, requested.pricing().multiplier(), flags);
  }

  private CostItem item(String kind, @Nullable String reportedModel, TokenCounts counts) {
    if (reportedModel == null) {
      return item(kind, requested.id(), requested.pricing(), counts);
    }
    Optional<ModelConfig> model = prices.reported(reportedModel, requested);
    if (model.isEmpty()) {
      flags.add(CostFlags.UNPRICED_MODEL);
      return item(kind, reportedModel, requested.pricing(), counts);
    }
    return item(kind, model.get().id(), model.get().pricing(), counts);
  }

  private CostItem item(String kind, String model, ModelPricing pricing, TokenCounts counts) {
    return new CostItem(
        kind,
        model,
        counts,
        unitPrices(pricing, counts),
        tierFactor(pricing).multiply(geoFactor(pricing)));
  }

  private TokenPrices unitPrices(ModelPricing pricing, TokenCounts counts) {
    TokenPrices ordinary = pricing.pricesFor(counts.totalInput());
    String speed = usage.options().speed();
    if (speed == null || speed.equals("standard")) {
      return ordinary;
    }
    if (speed.equals("fast") && pricing.fastPrices() != null) {
      return pricing.fastPrices();
    }
    flags.add(CostFlags.UNPRICED_SPEED);
    return ordinary;
  }

  /** {@code default} is OpenAI's word for Anthropic's {@code standard}; {@code auto} is no tier. */
  private BigDecimal tierFactor(ModelPricing pricing) {
    return switch (usage.options().serviceTier()) {
      case null -> BigDecimal.ONE;
      case "standard", "default", "auto" -> BigDecimal.ONE;
      case "batch" -> orOne(pricing.factors().batch(), CostFlags.UNPRICED_SERVICE_TIER);
      case "flex" -> orOne(pricing.factors().flex(), CostFlags.UNPRICED_SERVICE_TIER);
      case "priority" -> orOne(pricing.factors().priority(), CostFlags.UNPRICED_SERVICE_TIER);
      default -> orOne(null, CostFlags.UNPRICED_SERVICE_TIER);
    };
  }

  private BigDecimal geoFactor(ModelPricing pricing) {
    return switch (usage.options().geo()) {
      case null -> BigDecimal.ONE;
      case "global", "not_available" -> BigDecimal.ONE;
      case "us" -> orOne(pricing.factors().inferenceGeoUs(), CostFlags.UNPRICED_INFERENCE_GEO);
      default -> orOne(null, CostFlags.UNPRICED_INFERENCE_GEO);
    };
  }

  private BigDecimal orOne(@Nullable BigDecimal factor, String flag) {
    if (factor == null) {
      flags.add(flag);
      return BigDecimal.ONE;
    }
    return factor;
  }

  private List<CostFee> fees(RequestFees fees) {
    List<CostFee> used = new ArrayList<>();
    if (usage.webSearches() > 0) {
      used.add(
          fee(
              CostFee.WEB_SEARCH,
              usage.webSearches(),
              fees.webSearch(),
              CostFlags.UNPRICED_WEB_SEARCH));
    }
    if (usage.webFetches() > 0) {
      used.add(
          fee(
              CostFee.WEB_FETCH,
              usage.webFetches(),
              fees.webFetch(),
              CostFlags.UNPRICED_WEB_FETCH));
    }
    return used;
  }

  private CostFee fee(String kind, long count, @Nullable BigDecimal usd, String flag) {
    if (usd == null) {
      flags.add(flag);
    }
    return new CostFee(kind, count, usd);
  }
}
