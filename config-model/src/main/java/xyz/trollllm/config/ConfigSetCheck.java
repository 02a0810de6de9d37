package xyz.trollllm.config;

import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Checks several valid configurations against each other: can they be deployed side by side? */
public final class ConfigSetCheck {
  private final Problems problems = new Problems();

  private ConfigSetCheck() {}

  /**
   * What was found between the configurations, not within one.
   *
   * @param problems what cannot work or bills wrongly; the path names the files
   * @param warnings what is allowed yet rarely meant
   */
  public record Report(List<ConfigProblem> problems, List<ConfigProblem> warnings) {
    public Report {
      problems = List.copyOf(problems);
      warnings = List.copyOf(warnings);
    }
  }

  /** Compares each of {@code configs} with each other one. */
  public static Report check(List<LoadedConfig> configs) {
    ConfigSetCheck check = new ConfigSetCheck();
    check.portsDiffer(configs);
    for (int i = 0; i < configs.size(); i++) {
      for (int j = i + 1; j < configs.size(); j++) {
        check.compare(configs.get(i), configs.get(j));
      }
    }
    return new Report(check.problems.errors(), check.problems.warnings());
  }

  private void portsDiffer(List<LoadedConfig> configs) {
    Map<Integer, String> owners = new HashMap<>();
    for (LoadedConfig config : configs) {
      claim(config.config().port(), config.source() + " $.port", owners);
      claim(config.config().opsPort(), config.source() + " $.ops_port", owners);
    }
  }

  private void claim(int port, String path, Map<Integer, String> owners) {
    String owner = port == 0 ? null : owners.putIfAbsent(port, path);
    if (owner != null) {
      problems.error(path, port + " is already taken by " + owner);
    }
  }

  private void compare(LoadedConfig first, LoadedConfig second) {
    String path = first.source() + " and " + second.source();
    namesDiffer(path, first.config(), second.config());
    endpointsAgree(path, first.config(), second.config());
    pricesAgree(path, first.config(), second.config());
    creditFieldsDiffer(path, first.config(), second.config());
  }

  private void namesDiffer(String path, GatewayConfig first, GatewayConfig second) {
    nameDiffers(path, "instance", GatewayConfig::instance, first, second);
    nameDiffers(path, "service", GatewayConfig::service, first, second);
    nameDiffers(path, "public_host", GatewayConfig::publicHost, first, second);
  }

  private void nameDiffers(
      String path,
      String key,
      Function<GatewayConfig, @Nullable String> name,
      GatewayConfig first,
      GatewayConfig second) {
    String value = name.apply(first);
    if (value != null && Objects.equals(value, name.apply(second))) {
      problems.error(path, key + " must differ, was " + Quoted.of(value) + " in both");
    }
  }

  /** One upstream name must not mean two places: keys and circuit state are told apart by it. */
  private void endpointsAgree(String path, GatewayConfig first, GatewayConfig second) {
    for (UpstreamConfig upstream : first.upstreams().values()) {
      UpstreamConfig other = second.upstreams().get(upstream.name());
      if (other == null) {
        continue;
      }
      for (Map.Entry<Api, URI> endpoint : upstream.endpoints().entrySet()) {
        URI url = other.endpoints().getOrDefault(endpoint.getKey(), endpoint.getValue());
        if (!url.equals(endpoint.getValue())) {
          problems.error(
              path,
              "endpoint %s-%s must have one base_url, was %s and %s"
                  .formatted(
                      upstream.name(),
                      endpoint.getKey().endpointSuffix(),
                      endpoint.getValue(),
                      url));
        }
      }
    }
  }

  /** List prices are the upstream world's; what may differ between instances is the multiplier. */
  private void pricesAgree(String path, GatewayConfig first, GatewayConfig second) {
    for (ModelConfig model : first.models()) {
      for (ModelConfig other : second.models()) {
        if (model.id().equals(other.id())
            && !ListPrices.of(model.pricing()).equals(ListPrices.of(other.pricing()))) {
          problems.warning(path, "model " + Quoted.of(model.id()) + " has different prices");
        }
      }
    }
  }

  private void creditFieldsDiffer(String path, GatewayConfig first, GatewayConfig second) {
    Set<CreditField> fields = fields(first);
    fields.retainAll(fields(second));
    for (CreditField field : fields) {
      problems.warning(path, "both pay from " + field.balanceField());
    }
  }

  private static Set<CreditField> fields(GatewayConfig config) {
    return config.models().stream().map(ModelConfig::creditField).collect(Collectors.toSet());
  }
}
