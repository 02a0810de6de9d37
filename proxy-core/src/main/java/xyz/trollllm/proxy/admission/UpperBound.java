package xyz.trollllm.proxy.admission;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.Cost;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.ModelConfig;
import xyz.trollllm.config.ModelPricing;
import xyz.trollllm.proxy.wire.InlineMedia;
import xyz.trollllm.proxy.wire.PricedOption;
import xyz.trollllm.proxy.wire.RequestSummary;

/**
 * The most that a request can cost: what is held before it is forwarded.
 *
 * <p>A token is at least one byte of the body, so a prompt of text has at most as many tokens as
 * the body has bytes, and never more than the model takes. A medium inside the body counts as the
 * configured bound of its kind. Media from elsewhere and the upstream's own tools can add tokens
 * that no byte stands for; then the model's limit alone is the bound. Each token is priced as the
 * dearest kind in the dearest way of service, see {@link ServicePrices}. Inferences beside the
 * request's own count with the limits of the dearest model that may make them, tools with their
 * fees.
 */
final class UpperBound {
  private static final int DIGITS_OF_A_MILLION = 6;

  /** What upstreams put around a prompt, such as their instructions for using tools. */
  private static final int UNSEEN_TOKENS = 1024;

  /**
   * The uses of a tool of the upstream that are held if the request does not bound them. Upstreams
   * give no limit of their own; Anthropic's pause a request after ten rounds of tools.
   */
  private static final long UNSTATED_USES = 20;

  private final RequestSummary request;
  private final ModelConfig model;
  private final Route route;
  private final long inputTokens;
  private final ServicePrices prices;

  UpperBound(RequestSummary request, int bodyBytes, Route route) {
    this.request = request;
    this.model = route.model();
    this.route = route;
    this.inputTokens = inputTokens(request, bodyBytes, model);
    this.prices = ServicePrices.dearest(model.pricing(), request.options(), inputTokens);
  }

  private static long inputTokens(RequestSummary request, int bodyBytes, ModelConfig model) {
    long most = longestPrompt(request, model);
    if (request.unboundedInput()) {
      return most;
    }
    InlineMedia media = request.media();
    long text = (long) bodyBytes - media.bytes() + UNSEEN_TOKENS;
    long bound =
        text
            + media.images() * model.policy().mediaTokens().image().orElse(most)
            + media.documents() * model.policy().mediaTokens().document().orElse(most)
            + media.sounds() * model.policy().mediaTokens().audio().orElse(most)
            + media.others() * most;
    return Math.min(bound, most);
  }

  private static long longestPrompt(RequestSummary request, ModelConfig model) {
    return Math.multiplyExact(request.inputs(), model.maxInputTokens());
  }

  /** What is held if the answer may be as long as was asked for. */
  Usd asked() {
    return of(askedTokens());
  }

  private long askedTokens() {
    return Math.min(request.maxTokens().orElse(model.maxOutputTokens()), model.maxOutputTokens());
  }

  /** What is held if each answer may have {@code maxTokens}. */
  Usd of(long maxTokens) {
    return usd(beforeOutput().add(BigDecimal.valueOf(maxTokens).multiply(perOutputToken())));
  }

  /**
   * The longest answer that {@code available} covers, if it is one that can be asked for: shorter
   * than was asked for, at least one token, and longer than the thinking it must have room for.
   */
  OptionalLong affordable(Usd available) {
    BigDecimal left =
        available.amount().movePointRight(DIGITS_OF_A_MILLION).subtract(beforeOutput());
    if (left.signum() <= 0 || perOutputToken().signum() == 0) {
      return OptionalLong.empty();
    }
    BigDecimal tokens = left.divide(perOutputToken(), 0, RoundingMode.FLOOR);
    BigDecimal least =
        BigDecimal.valueOf(request.limits().thinkingBudget().orElse(0)).add(BigDecimal.ONE);
    boolean possible =
        tokens.compareTo(least) >= 0 && tokens.compareTo(BigDecimal.valueOf(askedTokens())) < 0;
    return possible ? OptionalLong.of(tokens.longValueExact()) : OptionalLong.empty();
  }

  /**
   * The most that is ever charged, whatever the upstream reports: a prompt and answers as long as
   * the model's limits allow, whatever limits the request has, and again for each use of a tool,
   * since upstreams add up what the rounds of their tools take in.
   */
  Usd ceiling() {
    long uses = request.unboundedInput() ? Math.max(toolUses(), UNSTATED_USES) : 0;
    long most = longestPrompt(request, model);
    BigDecimal round =
        ServicePrices.dearest(model.pricing(), request.options(), most)
            .cost(most, Math.multiplyExact(request.choices(), model.maxOutputTokens()))
            .multiply(model.pricing().multiplier());
    BigDecimal rounds = BigDecimal.valueOf(Math.addExact(uses, 1));
    return usd(round.multiply(rounds).add(fees()).add(subInferences()));
  }

  private long toolUses() {
    long uses = 0;
    for (PricedOption option : request.options()) {
      uses +=
          switch (option) {
            case PricedOption.WebSearch search -> search.maxUses().orElse(UNSTATED_USES);
            case PricedOption.WebFetch fetch -> fetch.maxUses().orElse(UNSTATED_USES);
            case PricedOption.Advisor _,
                PricedOption.Compaction _,
                PricedOption.FastSpeed _,
                PricedOption.InferenceGeo _,
                PricedOption.ServiceTier _ ->
                0;
          };
    }
    return uses;
  }

  /** All but the output, a million times, multiplier included. */
  private BigDecimal beforeOutput() {
    return prices
        .cost(inputTokens, 0)
        .multiply(model.pricing().multiplier())
        .add(fees())
        .add(subInferences());
  }

  private BigDecimal perOutputToken() {
    return prices.output().multiply(choices()).multiply(model.pricing().multiplier());
  }

  private BigDecimal choices() {
    return BigDecimal.valueOf(request.choices());
  }

  private BigDecimal fees() {
    ModelPricing pricing = model.pricing();
    BigDecimal fees = BigDecimal.ZERO;
    for (PricedOption option : request.options()) {
      fees =
          fees.add(
              switch (option) {
                case PricedOption.WebSearch search ->
                    fee(search.maxUses(), pricing.fees().webSearch());
                case PricedOption.WebFetch fetch -> fee(fetch.maxUses(), pricing.fees().webFetch());
                case PricedOption.Advisor _,
                    PricedOption.Compaction _,
                    PricedOption.FastSpeed _,
                    PricedOption.InferenceGeo _,
                    PricedOption.ServiceTier _ ->
                    BigDecimal.ZERO;
              });
    }
    return fees.multiply(choices())
        .multiply(pricing.multiplier())
        .movePointRight(DIGITS_OF_A_MILLION);
  }

  private static BigDecimal fee(OptionalLong uses, @Nullable BigDecimal usd) {
    return usd == null
        ? BigDecimal.ZERO
        : BigDecimal.valueOf(uses.orElse(UNSTATED_USES)).multiply(usd);
  }

  /** A million times what the dearest inferences cost that the request may cause beside its own. */
  private BigDecimal subInferences() {
    BigDecimal dearest = BigDecimal.ZERO;
    for (PricedOption option : request.options()) {
      dearest =
          dearest.max(
              switch (option) {
                case PricedOption.Compaction _ -> longest(model);
                case PricedOption.Advisor advisor ->
                    route
                        .prices()
                        .reported(advisor.model(), model)
                        .map(this::longest)
                        .orElse(BigDecimal.ZERO);
                case PricedOption.WebSearch _,
                    PricedOption.WebFetch _,
                    PricedOption.FastSpeed _,
                    PricedOption.InferenceGeo _,
                    PricedOption.ServiceTier _ ->
                    BigDecimal.ZERO;
              });
    }
    return dearest
        .multiply(BigDecimal.valueOf(model.policy().maxSubInferences()))
        .multiply(model.pricing().multiplier());
  }

  private BigDecimal longest(ModelConfig other) {
    return ServicePrices.dearest(other.pricing(), request.options(), other.maxInputTokens())
        .cost(other.maxInputTokens(), other.maxOutputTokens());
  }

  private static Usd usd(BigDecimal aMillionTimes) {
    Usd amount = new Usd(aMillionTimes.movePointLeft(DIGITS_OF_A_MILLION)).ceilingToNanos();
    return amount.compareTo(Cost.MOST) < 0 ? amount : Cost.MOST;
  }
}
