package xyz.trollllm.config;

import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.config.TestConfigs.MINIMAL;
import static xyz.trollllm.config.TestConfigs.lines;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConfigSetCheckTest {
  private static final LoadedConfig FIRST = loaded("a.json", MINIMAL);
  private static final String OTHER =
      MINIMAL.replace("8004", "8005").replace("\"ohmygpt\"", "\"openhands\"");

  private static LoadedConfig loaded(String source, String json) {
    return ConfigLoader.loadWithWarnings(source, json, Map.of());
  }

  private static ConfigSetCheck.Report check(String second) {
    return ConfigSetCheck.check(List.of(FIRST, loaded("b.json", second)));
  }

  @Test
  void configurationsThatFitTogetherHaveNothingReported() {
    ConfigSetCheck.Report report = check(OTHER);

    assertThat(report.problems()).isEmpty();
    assertThat(report.warnings()).isEmpty();
  }

  @Test
  void portsOfClientsAndOperatorsMustAllDiffer() {
    assertThat(lines(check(OTHER.replace("8005", "8004, \"ops_port\": 1")).problems()))
        .contains("b.json $.port: 8004 is already taken by a.json $.port");
    assertThat(lines(check(OTHER.replace("8005", "9004")).problems()))
        .containsExactly("b.json $.port: 9004 is already taken by a.json $.ops_port");
  }

  @Test
  void freePortsNeverCollide() {
    Map<String, String> free = Map.of("PORT", "0");

    ConfigSetCheck.Report report =
        ConfigSetCheck.check(
            List.of(
                ConfigLoader.loadWithWarnings("a.json", MINIMAL, free),
                ConfigLoader.loadWithWarnings("b.json", OTHER, free)));

    assertThat(report.problems()).isEmpty();
  }

  @Test
  void namesMustDiffer() {
    String names =
        """
        , "instance": "i", "service": "s", "public_host": "h.example"\
        """;

    ConfigSetCheck.Report report =
        ConfigSetCheck.check(
            List.of(
                loaded("a.json", MINIMAL.replace("8004", "8004" + names)),
                loaded("b.json", OTHER.replace("8005", "8005" + names))));

    assertThat(lines(report.problems()))
        .containsExactly(
            "a.json and b.json: instance must differ, was \"i\" in both",
            "a.json and b.json: service must differ, was \"s\" in both",
            "a.json and b.json: public_host must differ, was \"h.example\" in both");
  }

  @Test
  void sharedUpstreamMustHaveOneUrlPerApi() {
    assertThat(lines(check(OTHER.replace("up.example", "other.example")).problems()))
        .containsExactly(
            "a.json and b.json: endpoint openhands-anthropic must have one base_url, was"
                + " https://up.example/v1/messages and https://other.example/v1/messages");
  }

  @Test
  void differentPricesOfOneModelAreWarnedOf() {
    assertThat(lines(check(OTHER.replace("15.00", "15.01")).warnings()))
        .containsExactly("a.json and b.json: model \"sonnet\" has different prices");
  }

  @Test
  void digitsAndMultiplierMayDiffer() {
    assertThat(check(OTHER.replace("15.00", "15").replace("1.06", "1.04")).warnings()).isEmpty();
  }

  @Test
  void oneCreditFieldForTwoInstancesIsWarnedOf() {
    assertThat(lines(check(MINIMAL.replace("8004", "8005")).warnings()))
        .containsExactly("a.json and b.json: both pay from credits");
  }
}
