package xyz.trollllm.config;

import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.config.TestConfigs.MINIMAL;
import static xyz.trollllm.config.TestConfigs.problems;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnvironmentTest {
  @ParameterizedTest(name = "PORT={0} OPS_PORT={1}: {2}, {3}")
  @CsvSource({
    "'', '', 8004, 9004",
    "1, '', 1, 1001",
    "0, '', 0, 0",
    "'', 0, 8004, 0",
    "0, 7, 0, 7"
  })
  void portsOfTheEnvironmentReplaceThoseOfTheFile(
      String port, String opsPort, int expectedPort, int expectedOpsPort) {
    Map<String, String> environment = Map.of("PORT", port, "OPS_PORT", opsPort);

    GatewayConfig config = ConfigLoader.load("test.json", MINIMAL, environment);

    assertThat(config.port()).isEqualTo(expectedPort);
    assertThat(config.opsPort()).isEqualTo(expectedOpsPort);
  }

  @Test
  void urlOfTheEnvironmentReplacesThatOfTheFile() {
    Map<String, String> environment =
        Map.of("ENDPOINT_OPENHANDS_ANTHROPIC_URL", "http://127.0.0.1:1/v1/messages");

    GatewayConfig config = ConfigLoader.load("test.json", MINIMAL, environment);

    assertThat(TestConfigs.firstUrl(config, Api.ANTHROPIC_MESSAGES))
        .hasToString("http://127.0.0.1:1/v1/messages");
  }

  @Test
  void journalDirectoryOfTheEnvironmentReplacesThatOfTheFile() {
    Map<String, String> environment = Map.of("JOURNAL_DIRECTORY", "/var/lib/gateway/journal");

    GatewayConfig config = ConfigLoader.load("test.json", MINIMAL, environment);

    assertThat(config.journal().directory()).hasToString("/var/lib/gateway/journal");
    assertThat(TestConfigs.load(MINIMAL).journal().directory())
        .hasToString(".gateway/journal/gateway-8004");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "PORT | http | must be a whole number from 0 to 65535, was \"http\"",
        "PORT | -1 | must be a whole number from 0 to 65535, was -1",
        "PORT | 80 80 | must be a whole number from 0 to 65535, was \"80 80\"",
        "OPS_PORT | 65536 | must be a whole number from 0 to 65535, was 65536",
        "ENDPOINT_OPENHANDS_ANTHROPIC_URL | http://a.example | must use https; http is for loopback hosts only, was host \"a.example\"",
        "ENDPOINT_OPENHANDS_OPENAI_URL | https://a.example/x | names no endpoint of this configuration, must be one of ENDPOINT_OPENHANDS_ANTHROPIC_URL",
      })
  void badValueIsAProblemThatNamesTheVariable(String variable, String value, String message) {
    assertThat(problems(MINIMAL, Map.of(variable, value)))
        .containsExactly("environment variable " + variable + ": " + message);
  }

  @Test
  void unrelatedVariablesAreIgnored() {
    assertThat(
            problems(
                MINIMAL, Map.of("PORT", "", "ENDPOINT_URL", "x", "HOME", "/", "MONGODB_PORT", "x")))
        .isEmpty();
  }
}
