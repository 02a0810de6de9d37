package xyz.trollllm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

/** What is missing or wrong stops the start, in words that say what to change. */
final class StartupIT {
  private static final String NO_STORE = "mongodb://127.0.0.1:1/trollllm";
  private static final int EX_UNAVAILABLE = 69;
  private static final int EX_CONFIG = 78;

  @Test
  @DisplayName("C4: an invalid file is refused with the place of every problem and what is valid")
  void everyProblemIsNamed() throws InterruptedException {
    String file = ConfigCopy.of(RunningGateway.CHAT, StartupIT::spoil);

    RunningGateway gateway = serve(file, Map.of("OPENHANDS_API_KEY", "sk-x"));

    assertThat(gateway.exitCode()).isEqualTo(EX_CONFIG);
    assertThat(gateway.output()).isEmpty();
    assertThat(gateway.diagnostics().getFirst()).contains(file, "5 problem(s)");
    assertThat(String.join("\n", gateway.diagnostics()))
        .contains("$.port: must be a whole number from 1 to 65535, was 70000")
        .contains(
            "$.models[0].billing_upstream: must be \"ohmygpt\" or \"openhands\", was \"ohmygtp\"")
        .contains("$.models[1].upstream: \"openhand\"", "did you mean \"openhands\"?")
        .contains("$.models[2].billing_multiplier: ", "-1")
        .contains("$.models[3].idd: is not a known key; did you mean \"id\"?");
  }

  private static void spoil(ObjectNode config) {
    config.put("port", 70_000).put("_comment_of_mine", "is allowed");
    model(config, 0).put("billing_upstream", "ohmygtp").put("_comment", "here, too");
    model(config, 1).put("upstream", "openhand");
    model(config, 2).put("billing_multiplier", -1);
    model(config, 3).put("idd", "x");
  }

  private static ObjectNode model(ObjectNode config, int index) {
    return (ObjectNode) config.path("models").path(index);
  }

  @ParameterizedTest
  @CsvSource({
    "config-openhands-prod.json, OPENHANDS_API_KEY",
    "config-ohmygpt-prod.json, OPENHANDS_API_KEY",
    "config-ohmygpt-upstream-prod.json, OHMYGPT_API_KEY"
  })
  @DisplayName("C6: a missing upstream key stops the start and names its variable")
  void missingUpstreamKey(String file, String variable) throws InterruptedException {
    RunningGateway gateway = serve(ConfigCopy.shipped(file).toString(), Map.of());

    assertThat(gateway.exitCode()).isEqualTo(EX_CONFIG);
    assertThat(String.join("\n", gateway.diagnostics()))
        .contains("environment variable " + variable + ": is missing or empty");
  }

  @Test
  @DisplayName("C4: comments are allowed anywhere, and what is left is an absent database")
  void commentsAreAllowed() throws InterruptedException {
    String file =
        ConfigCopy.of(
            RunningGateway.CHAT,
            config -> {
              config.put("_comment_of_mine", 1);
              model(config, 0).putArray("_comment2").add("x");
              ((ObjectNode) config.path("endpoints").path(0)).putNull("_comment");
            });

    RunningGateway gateway = serve(file, Map.of("OPENHANDS_API_KEY", "sk-x"));

    assertThat(gateway.exitCode()).isEqualTo(EX_UNAVAILABLE);
    assertThat(String.join("\n", gateway.diagnostics())).contains("database", "MONGODB_URI");
  }

  @Test
  @DisplayName("C4: without a database to use the start is refused and names the variable")
  void missingDatabase() throws InterruptedException {
    RunningGateway gateway =
        serve(
            ConfigCopy.shipped(RunningGateway.CHAT).toString(),
            Map.of("OPENHANDS_API_KEY", "sk-x", "MONGODB_URI", ""));

    assertThat(gateway.exitCode()).isEqualTo(EX_CONFIG);
    assertThat(String.join("\n", gateway.diagnostics())).contains("MONGODB_URI is not set");
  }

  @Test
  @DisplayName("C4: a file that is not there is named")
  void missingFile() throws InterruptedException {
    RunningGateway gateway = serve("/nowhere/config.json", Map.of());

    assertThat(gateway.exitCode()).isEqualTo(EX_CONFIG);
    assertThat(String.join("\n", gateway.diagnostics())).contains("/nowhere/config.json");
  }

  private static RunningGateway serve(String config, Map<String, String> environment) {
    Map<String, String> all = new HashMap<>(Map.of("CONFIG_PATH", config, "MONGODB_URI", NO_STORE));
    all.putAll(environment);
    return RunningGateway.run(all, "serve");
  }
}
