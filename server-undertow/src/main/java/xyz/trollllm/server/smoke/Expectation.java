package xyz.trollllm.server.smoke;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.config.GatewayConfig;
import xyz.trollllm.config.ModelConfig;
import xyz.trollllm.config.TokenPrices;

/**
 * What the operator says that the endpoint does, as far as it was said.
 *
 * @param upstream where every model's requests go
 * @param creditField what pays for every model
 * @param config the file that the endpoint should run with
 */
public record Expectation(
    @Nullable String upstream, @Nullable String creditField, @Nullable GatewayConfig config) {

  /** What {@code model} is quoted otherwise than expected. */
  List<String> differences(Quote quote) {
    List<String> differences = new ArrayList<>();
    if (creditField != null) {
      compare("credit field", creditField, quote.creditField(), differences);
    }
    if (config == null) {
      return differences;
    }
    Optional<ModelConfig> configured = configured(quote.model());
    if (configured.isEmpty()) {
      differences.add("it is not in the configuration");
      return differences;
    }
    ModelConfig model = configured.get();
    compare("credit field", model.creditField().balanceField(), quote.creditField(), differences);
    compare("multiplier", model.pricing().multiplier(), quote.multiplier(), differences);
    prices(model.pricing().prices())
        .forEach((kind, price) ->
            compare(
                "price of " + kind,
                price,
                quote.prices().getOrDefault(kind, BigDecimal.ZERO),
                differences));
    return differences;
  }

  /** What became of a request otherwise than expected. */
  List<String> differences(String model, Booked booked) {
    List<String> differences = new ArrayList<>();
    String wanted =
        upstream != null ? upstream : configured(model).map(ModelConfig::upstream).orElse(null);
    if (wanted != null) {
      compare("upstream", wanted, booked.upstream(), differences);
    }
    return differences;
  }

  /** Models of the configuration that are not among {@code listed}. */
  List<String> missing(List<String> listed) {
    return config == null
        ? List.of()
        : config.models().stream().map(ModelConfig::id).filter(id -> !listed.contains(id)).toList();
  }

  private Optional<ModelConfig> configured(String id) {
    return config == null
        ? Optional.empty()
        : config.models().stream().filter(model -> model.id().equals(id)).findFirst();
  }

  private static Map<String, BigDecimal> prices(TokenPrices prices) {
    return Map.of(
        "input", prices.input(),
        "output", prices.output(),
        "cache_write_5m", prices.cacheWrite5m(),
        "cache_write_1h", prices.cacheWrite1h(),
        "cache_hit", prices.cacheHit());
  }

  private static void compare(
      String what, BigDecimal expected, BigDecimal found, List<String> differences) {
    if (expected.compareTo(found) != 0) {
      differences.add(
          "%s is %s instead of %s"
              .formatted(what, found.toPlainString(), expected.toPlainString()));
    }
  }

  private static void compare(
      String what, String expected, String found, List<String> differences) {
    if (!expected.equals(found)) {
      differences.add("%s is %s instead of %s".formatted(what, found, expected));
    }
  }
}
