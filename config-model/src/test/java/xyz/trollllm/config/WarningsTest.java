package xyz.trollllm.config;

import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.config.TestConfigs.MINIMAL;
import static xyz.trollllm.config.TestConfigs.minimalWith;
import static xyz.trollllm.config.TestConfigs.warnings;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WarningsTest {
  @Test
  void ordinaryFileHasNoWarnings() {
    assertThat(warnings(MINIMAL)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "6.00 | 3.74 | $.models[0].cache_write_1h_price_per_mtok: is 3.74, below cache_write_price_per_mtok, which is 3.75",
        "3.75 | 2.99 | $.models[0].cache_write_price_per_mtok: is 2.99, below input_price_per_mtok, which is 3.00",
        "0.30 | 3.01 | $.models[0].input_price_per_mtok: is 3.00, below cache_hit_price_per_mtok, which is 3.01",
        "1.06 | 0.49 | $.models[0].billing_multiplier: is 0.49, outside the usual 0.5 to 5",
        "1.06 | 5.01 | $.models[0].billing_multiplier: is 5.01, outside the usual 0.5 to 5",
        "example/v1/messages | example/ | $.endpoints[0].base_url: has no path: requests go to exactly this URL, which is rarely meant",
      })
  void unusualValueIsWarnedOf(String value, String unusual, String warning) {
    assertThat(warnings(minimalWith(value, unusual))).containsExactly(warning);
  }

  @ParameterizedTest
  @CsvSource({"1.06, 0.5", "1.06, 5", "6.00, 3.75", "3.75, 3", "0.30, 3.00"})
  void valueAtTheEdgeOfTheUsualIsNot(String value, String atTheEdge) {
    assertThat(warnings(minimalWith(value, atTheEdge))).isEmpty();
  }

  @Test
  void bothCreditFieldsInOneFileAreWarnedOf() {
    String model =
        MINIMAL.substring(MINIMAL.indexOf("    {\n      \"id\""), MINIMAL.indexOf("  ]\n}"));
    String other = model.replace("sonnet", "opus").replace("ohmygpt", "openhands");

    assertThat(warnings(MINIMAL.replace(model, model + "," + other)))
        .containsExactly(
            "$.models: pay from both credits and creditsNew, though one public endpoint should use"
                + " one field");
  }

  @Test
  void upstreamThatNoModelUsesIsLeftOutWithAWarning() {
    String json =
        minimalWith(
            "\"endpoints\": [",
            "\"endpoints\": [{\"name\": \"b-openai\", \"base_url\": \"https://b.example/x\"},");

    assertThat(warnings(json)).containsExactly("$.endpoints: upstream \"b\" is used by no model");
    assertThat(TestConfigs.load(json).upstreams()).containsOnlyKeys("openhands");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "200000 | 3 | 15 | above_input_tokens: is not below max_input_tokens, so this tier is never used",
        "1000 | 2 | 15 | input_price_per_mtok: is 2, below that of shorter prompts, which is 3.00",
        "1000 | 3 | 14 | output_price_per_mtok: is 14, below that of shorter prompts, which is 15.00",
      })
  void tierThatMakesNoSenseIsWarnedOf(String above, String input, String output, String warning) {
    String tier =
        """
        "max_output_tokens": 64000, "long_context_tiers": [{
          "above_input_tokens": %s, "input_price_per_mtok": %s, "output_price_per_mtok": %s,
          "cache_write_price_per_mtok": 4, "cache_write_1h_price_per_mtok": 6,
          "cache_hit_price_per_mtok": 1}]\
        """
            .formatted(above, input, output);

    assertThat(warnings(minimalWith("\"max_output_tokens\": 64000", tier)))
        .containsExactly("$.models[0].long_context_tiers[0]." + warning);
  }
}
