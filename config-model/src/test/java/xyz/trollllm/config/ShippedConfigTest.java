package xyz.trollllm.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

class ShippedConfigTest {
  private static LoadedConfig loaded(String file) {
    return ConfigLoader.loadWithWarnings(TestConfigs.shipped(file), Map.of());
  }

  @ParameterizedTest
  @FieldSource("xyz.trollllm.config.TestConfigs#SHIPPED_FILES")
  void shippedFileLoadsWithoutWarnings(String file) {
    assertThat(loaded(file).warnings()).isEmpty();
  }

  /** A change of what users pay shows in the review of this file. */
  @Test
  void routesAndPricesAreTheApprovedOnes() throws IOException {
    String table =
        RoutingTable.render(
            TestConfigs.SHIPPED_FILES.stream().map(ShippedConfigTest::config).toList());

    assertThat(table).isEqualTo(resource("approved-routes.txt"));
  }

  private static GatewayConfig config(String file) {
    return loaded(file).config();
  }

  private static String resource(String name) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(ShippedConfigTest.class.getResourceAsStream(name))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "config-openhands-prod.json, config-ohmygpt-prod.json",
    "config-openhands-prod.json, config-ohmygpt-upstream-prod.json"
  })
  void eitherProfileFitsTogether(String first, String second) {
    ConfigSetCheck.Report report = ConfigSetCheck.check(List.of(loaded(first), loaded(second)));

    assertThat(report.problems()).isEmpty();
    assertThat(report.warnings()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "config-openhands-prod.json, CREDITS_NEW",
    "config-ohmygpt-prod.json, CREDITS",
    "config-ohmygpt-upstream-prod.json, CREDITS"
  })
  void everyModelOfAFilePaysFromOneField(String file, CreditField field) {
    assertThat(config(file).models()).extracting(ModelConfig::creditField).containsOnly(field);
  }

  @ParameterizedTest
  @CsvSource({
    "config-openhands-prod.json, openhands, ANTHROPIC_MESSAGES, https://llm-proxy.app.all-hands.dev/v1/messages",
    "config-openhands-prod.json, openhands, OPENAI_CHAT, https://llm-proxy.app.all-hands.dev/v1/chat/completions",
    "config-ohmygpt-prod.json, openhands, ANTHROPIC_MESSAGES, https://llm-proxy.app.all-hands.dev/v1/messages",
    "config-ohmygpt-upstream-prod.json, ohmygpt, ANTHROPIC_MESSAGES, https://apic1.ohmycdn.com/api/v1/ai/openai/cc-omg/v1/messages"
  })
  void requestsGoToTheDocumentedUrl(String file, String upstream, Api api, String url) {
    assertThat(config(file).upstreams()).containsOnlyKeys(upstream);
    assertThat(TestConfigs.firstUrl(config(file), api)).hasToString(url);
  }
}
