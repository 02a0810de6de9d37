package xyz.trollllm.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static xyz.trollllm.config.TestConfigs.MINIMAL;
import static xyz.trollllm.config.TestConfigs.load;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UpstreamKeysTest {
  private static final GatewayConfig CONFIG = load(MINIMAL);

  @ParameterizedTest
  @ValueSource(strings = {"a,b", " a , b ", "a,,b,", "a,b,a", "a\n,b\n"})
  void keysAreSplitAndTrimmed(String variable) {
    UpstreamKeys keys = UpstreamKeys.resolve(CONFIG, Map.of("OPENHANDS_API_KEY", variable));

    assertThat(keys.of(CONFIG.upstreamOf(CONFIG.models().getFirst()))).isEqualTo(List.of("a", "b"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  ", ",", " , "})
  void emptyVariableIsNamedWithItsUpstream(String variable) {
    assertThatExceptionOfType(InvalidConfigException.class)
        .isThrownBy(() -> UpstreamKeys.resolve(CONFIG, Map.of("OPENHANDS_API_KEY", variable)))
        .withMessage(
            """
            the environment has 1 problem(s):
              environment variable OPENHANDS_API_KEY: is missing or empty, must hold the API key of \
            upstream "openhands", or several separated by commas\
            """);
  }

  @Test
  void everyMissingKeyIsReportedAtOnce() {
    String two =
        MINIMAL
            .replace(
                "\"endpoints\": [",
                "\"endpoints\": [{\"name\": \"b-openai\", \"base_url\": \"https://b.example/x\"},")
            .replace("\"models\": [", "\"models\": [" + model("opus", "b") + ",");

    assertThatExceptionOfType(InvalidConfigException.class)
        .isThrownBy(() -> UpstreamKeys.resolve(load(two), Map.of()))
        .satisfies(e ->
            assertThat(e.problems())
                .extracting(ConfigProblem::path)
                .containsExactly(
                    "environment variable B_API_KEY", "environment variable OPENHANDS_API_KEY"));
  }

  private static String model(String id, String upstream) {
    String model =
        MINIMAL.substring(MINIMAL.indexOf("    {\n      \"id\""), MINIMAL.indexOf("  ]\n}"));
    return model.replace("sonnet", id).replace("\"openhands\"", "\"" + upstream + "\"");
  }

  @Test
  void keyThatNoHeaderCanCarryIsRefusedWithoutShowingIt() {
    Map<String, String> environment = Map.of("OPENHANDS_API_KEY", "good,sk-bad key");

    assertThatExceptionOfType(InvalidConfigException.class)
        .isThrownBy(() -> UpstreamKeys.resolve(CONFIG, environment))
        .withMessageContaining(
            "OPENHANDS_API_KEY: key 2 of 2 for upstream \"openhands\" has a space")
        .withMessageNotContaining("sk-bad");
  }

  @Test
  void textFormShowsNoKey() {
    UpstreamKeys keys = UpstreamKeys.resolve(CONFIG, Map.of("OPENHANDS_API_KEY", "sk-1,sk-2"));

    assertThat(keys).hasToString("UpstreamKeys[openhands: 2]");
  }
}
