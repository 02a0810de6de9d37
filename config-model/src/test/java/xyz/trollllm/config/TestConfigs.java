package xyz.trollllm.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Configuration files for tests, and what the loader says about them. */
final class TestConfigs {
  /** Every required key and no other. */
  static final String MINIMAL =
      """
      {
        "port": 8004,
        "endpoints": [
          {"name": "openhands-anthropic", "base_url": "https://up.example/v1/messages"}
        ],
        "models": [
          {
            "id": "sonnet",
            "upstream": "openhands",
            "billing_upstream": "ohmygpt",
            "billing_multiplier": 1.06,
            "input_price_per_mtok": 3.00,
            "output_price_per_mtok": 15.00,
            "cache_write_price_per_mtok": 3.75,
            "cache_write_1h_price_per_mtok": 6.00,
            "cache_hit_price_per_mtok": 0.30,
            "max_input_tokens": 200000,
            "max_output_tokens": 64000
          }
        ]
      }
      """;

  private static final Path SHIPPED = Path.of("../deploy/goproxy");

  static final List<String> SHIPPED_FILES =
      List.of(
          "config-openhands-prod.json",
          "config-ohmygpt-prod.json",
          "config-ohmygpt-upstream-prod.json");

  private TestConfigs() {}

  /** {@link #MINIMAL} with the one occurrence of {@code part} replaced. */
  static String minimalWith(String part, String replacement) {
    assertThat(MINIMAL).containsOnlyOnce(part);
    return MINIMAL.replace(part, replacement);
  }

  static Path shipped(String file) {
    return SHIPPED.resolve(file);
  }

  static String shippedText(String file) {
    try {
      return Files.readString(shipped(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static GatewayConfig load(String json) {
    return ConfigLoader.load("test.json", json, Map.of());
  }

  static List<String> warnings(String json) {
    return lines(ConfigLoader.loadWithWarnings("test.json", json, Map.of()).warnings());
  }

  /** Where requests to the first model go. */
  static @Nullable URI firstUrl(GatewayConfig config, Api api) {
    return config.upstreamOf(config.models().getFirst()).endpoints().get(api);
  }

  /** All problems of {@code json}, as lines; none if it loads. */
  static List<String> problems(String json) {
    return problems(json, Map.of());
  }

  static List<String> problems(String json, Map<String, String> environment) {
    InvalidConfigException refusal =
        catchThrowableOfType(
            InvalidConfigException.class, () -> ConfigLoader.load("test.json", json, environment));
    return refusal == null ? List.of() : lines(refusal.problems());
  }

  static List<String> lines(List<ConfigProblem> problems) {
    return problems.stream().map(ConfigProblem::toString).toList();
  }
}
