package xyz.trollllm.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BackendCommandTest extends CommandTest {
  private static final String CHAT = "GOPROXY_OPENHANDS_CONFIG_PATH";
  private static final String CHAT2 = "GOPROXY_OHMYGPT_CONFIG_PATH";

  @ParameterizedTest
  @CsvSource({CHAT + "," + CHAT2 + ", goproxy-ohmygpt", CHAT2 + "," + CHAT + ", goproxy-openhands"})
  void missingVariableIsOneSentence(String set, String missing, String service) {
    Run run = run(Map.of(set, "any.json"), "backend");

    assertThat(run.exitCode()).isEqualTo(78);
    assertThat(run.err())
        .isEqualTo(
            "gateway: "
                + missing
                + " is not set; it names the configuration file of "
                + service
                + "\n");
  }

  @Test
  void bothMissingVariablesAreOneSentence() {
    Run run = run("backend");

    assertThat(run.exitCode()).isEqualTo(78);
    assertThat(run.err())
        .isEqualTo(
            "gateway: GOPROXY_OPENHANDS_CONFIG_PATH and GOPROXY_OHMYGPT_CONFIG_PATH are not set;"
                + " they name the configuration files of goproxy-openhands and goproxy-ohmygpt\n");
  }

  @ParameterizedTest
  @CsvSource({"PORT, 80a", "PORT, 65536", "OPS_PORT, -1"})
  void unusablePortIsSaid(String variable, String value) {
    Run run = run(Map.of(CHAT, "a", CHAT2, "b", variable, value), "backend");

    assertThat(run.exitCode()).isEqualTo(78);
    assertThat(run.err())
        .isEqualTo(
            "gateway: %s must be a whole number from 0 to 65535, was \"%s\"%n"
                .formatted(variable, value));
  }

  @Test
  void helpNamesWhatItReads() {
    assertThat(run("backend", "--help").out())
        .contains(
            CHAT, CHAT2, "--openhands", "--ohmygpt", "--port", "--ops-port", "/endpoints.json");
    assertThat(run("--help").out()).containsPattern("backend +Serves models and prices");
  }
}
