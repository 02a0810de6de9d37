package xyz.trollllm.billing;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import xyz.trollllm.config.GatewayConfig;
import xyz.trollllm.config.ModelConfig;

/**
 * The prices of all models of one instance. Immutable: a request keeps the book it was admitted
 * with, and quotes and charges from the same book agree.
 */
public final class PriceBook {
  private final List<ModelConfig> models;
  private final Map<String, ModelConfig> byClientId = new HashMap<>();

  private PriceBook(List<ModelConfig> models) {
    this.models = List.copyOf(models);
    for (ModelConfig model : models) {
      byClientId.put(model.id(), model);
      model.aliases().forEach(alias -> byClientId.put(alias, model));
    }
  }

  public static PriceBook of(GatewayConfig config) {
    return new PriceBook(config.models());
  }

  public static PriceBook of(List<ModelConfig> models) {
    return new PriceBook(models);
  }

  /** All models, in the order of the configuration. */
  public List<ModelConfig> models() {
    return models;
  }

  /** The model that clients ask for as {@code id}, be it its id or an alias. */
  public Optional<ModelConfig> requestable(String id) {
    return Optional.ofNullable(byClientId.get(id));
  }

  /**
   * The model that an upstream means by {@code name} in its answer to a request for {@code
   * requested}.
   *
   * <p>Upstreams use their own ids, which several configured models may share: the requested model
   * is meant before others of its upstream, these before ids and aliases of this instance, and
   * those before models of other upstreams. Names are never matched in part: a price that was
   * guessed is worse than one that is known to be missing.
   */
  public Optional<ModelConfig> reported(String name, ModelConfig requested) {
    if (isNameOf(requested, name)) {
      return Optional.of(requested);
    }
    return models.stream()
        .filter(model -> model.upstream().equals(requested.upstream()))
        .filter(model -> model.upstreamModelId().equals(name))
        .findFirst()
        .or(() -> requestable(name))
        .or(() ->
            models.stream().filter(model -> model.upstreamModelId().equals(name)).findFirst());
  }

  private static boolean isNameOf(ModelConfig model, String name) {
    return model.upstreamModelId().equals(name)
        || model.id().equals(name)
        || model.aliases().contains(name);
  }

  /** What {@code usage} of an answer to a request for {@code requested} costs. Exact. */
  public Cost cost(ModelConfig requested, TokenUsage usage) {
    return new CostCalculator(this, requested, usage).cost();
  }
}
