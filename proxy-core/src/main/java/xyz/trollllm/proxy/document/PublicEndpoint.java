package xyz.trollllm.proxy.document;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.PriceBook;
import xyz.trollllm.config.CreditField;
import xyz.trollllm.config.GatewayConfig;
import xyz.trollllm.config.ModelConfig;

/**
 * What everybody is told of one endpoint. Immutable.
 *
 * @param service the container that serves it, which is known even if nothing else is
 * @param config its last valid configuration; null if there has not been one yet
 * @param problem why that may not be what holds now; null if it is
 */
public record PublicEndpoint(
    String service, @Nullable GatewayConfig config, @Nullable Problem problem) {

  /**
   * Something about an endpoint that its users should know.
   *
   * @param since when it was noticed first
   * @param message for everybody: no path, no setting
   */
  public record Problem(Instant since, String message) {}

  /** What people call it: its domain, else its container. */
  public String title() {
    return domain().orElse(service);
  }

  /** The host that clients connect to. */
  public Optional<String> domain() {
    return config == null ? Optional.empty() : Optional.ofNullable(config.publicHost());
  }

  /** What clients of the Messages API set as base URL. */
  public Optional<String> baseUrl() {
    return domain().map(domain -> "https://" + domain);
  }

  /** What clients of OpenAI's APIs set as base URL. */
  public Optional<String> openAiBaseUrl() {
    return baseUrl().map(url -> url + "/v1");
  }

  /** What its requests are charged from; without a configuration, a book without models. */
  public PriceBook prices() {
    return config == null ? PriceBook.of(List.of()) : PriceBook.of(config);
  }

  /** Its model of this id, not of an alias. */
  public Optional<ModelConfig> model(String id) {
    return prices().models().stream().filter(model -> model.id().equals(id)).findFirst();
  }

  /** Where its requests are sent, by name. */
  public List<String> upstreams() {
    return prices().models().stream().map(ModelConfig::upstream).distinct().toList();
  }

  /** Which balances its requests are paid from. */
  public List<String> creditFields() {
    return prices().models().stream()
        .map(ModelConfig::creditField)
        .collect(Collectors.toCollection(TreeSet::new))
        .stream()
        .map(CreditField::balanceField)
        .toList();
  }
}
