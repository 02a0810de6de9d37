package xyz.trollllm.proxy.admission;

import java.net.URI;
import java.util.List;
import java.util.Optional;
import xyz.trollllm.billing.PriceBook;
import xyz.trollllm.config.Api;
import xyz.trollllm.config.GatewayConfig;
import xyz.trollllm.config.ModelConfig;

/** The models of one instance by every id that clients may use. Immutable. */
public final class ModelCatalog {
  /** Written before a model id by clients that name their provider so; not part of any id. */
  private static final List<String> PROVIDER_PREFIXES = List.of("openhands/", "litellm_proxy/");

  private final GatewayConfig config;
  private final PriceBook prices;

  public ModelCatalog(GatewayConfig config) {
    this.config = config;
    this.prices = PriceBook.of(config);
  }

  /** The one book of prices that requests are charged from, and that is to be quoted from. */
  public PriceBook prices() {
    return prices;
  }

  /** The model that clients may call {@code id}, whichever APIs it speaks. */
  public Optional<ModelConfig> model(String id) {
    return prices.requestable(id).or(() -> prices.requestable(withoutPrefix(id)));
  }

  /** The route of {@code id} in {@code api}; empty if the model is unknown or does not speak it. */
  public Optional<Route> route(String id, Api api) {
    return model(id).flatMap(model -> route(model, api));
  }

  private Optional<Route> route(ModelConfig model, Api api) {
    URI url = config.upstreamOf(model).endpoints().get(api);
    return url == null ? Optional.empty() : Optional.of(new Route(api, model, url, prices));
  }

  private static String withoutPrefix(String id) {
    for (String prefix : PROVIDER_PREFIXES) {
      if (id.startsWith(prefix)) {
        return id.substring(prefix.length());
      }
    }
    return id;
  }
}
