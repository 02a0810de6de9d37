package xyz.trollllm.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static xyz.trollllm.config.TestConfigs.MINIMAL;
import static xyz.trollllm.config.TestConfigs.load;
import static xyz.trollllm.config.TestConfigs.minimalWith;
import static xyz.trollllm.config.TestConfigs.problems;

import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigLoaderTest {
  @ParameterizedTest
  @MethodSource("xyz.trollllm.config.RefusedValue#all")
  void wrongValueIsRefusedWithItsPath(RefusedValue value) {
    assertThat(problems(value.json())).containsExactlyElementsOf(value.problems());
  }

  @Test
  void everyProblemIsReportedAtOnce() {
    String json =
        MINIMAL
            .replace("\"ohmygpt\"", "\"ohmygtp\"")
            .replace("15.00", "-15")
            .replace("billing_multiplier", "billing_multiplyer")
            .replace("8004", "\"8004\"");

    assertThatExceptionOfType(InvalidConfigException.class)
        .isThrownBy(() -> load(json))
        .withMessage(
            """
            test.json has 5 problem(s):
              $.port: must be a whole number from 1 to 65535, was "8004"
              $.models[0].billing_upstream: must be "ohmygpt" or "openhands", was "ohmygtp"
              $.models[0].output_price_per_mtok: must not be negative, was -15
              $.models[0].billing_multiplier: is missing, must be a number above zero, such as 1.06
              $.models[0].billing_multiplyer: is not a known key; did you mean \
            "billing_multiplier"?\
            """);
  }

  @ParameterizedTest
  @CsvSource({
    "openhands, openhands, CREDITS_NEW",
    "openhands, ohmygpt, CREDITS",
    "ohmygpt, openhands, CREDITS_NEW",
    "ohmygpt, ohmygpt, CREDITS"
  })
  void upstreamAndCreditFieldAreIndependent(
      String upstream, String billingUpstream, CreditField field) {
    String json =
        MINIMAL
            .replace("\"ohmygpt\"", "\"BILLING\"")
            .replace("openhands", upstream)
            .replace("BILLING", billingUpstream);

    ModelConfig model = load(json).models().getFirst();

    assertThat(model.upstream()).isEqualTo(upstream);
    assertThat(model.creditField()).isEqualTo(field);
  }

  @Test
  void absentKeysHaveTheirDefaults() {
    assertThat(load(MINIMAL))
        .isEqualTo(
            new GatewayConfig(
                "gateway-8004",
                8004,
                9004,
                33_554_432,
                0,
                Map.of("openhands", upstreamWithDefaults()),
                load(MINIMAL).models()));
    ModelConfig model = load(MINIMAL).models().getFirst();
    assertThat(model.name()).isEqualTo("sonnet");
    assertThat(model.aliases()).isEmpty();
    assertThat(model.type()).isEqualTo("other");
    assertThat(model.upstreamModelId()).isEqualTo("sonnet");
    assertThat(model.usageSemantics()).isEqualTo(UsageSemantics.AUTO);
    assertThat(model.pricing().longContextTiers()).isEmpty();
    assertThat(model.pricing().fees()).isEqualTo(RequestFees.UNPRICED);
    assertThat(model.pricing().factors()).isEqualTo(PriceFactors.UNPRICED);
    assertThat(model.pricing().fastPrices()).isNull();
    assertThat(model.policy()).isEqualTo(ModelPolicy.DEFAULT);
  }

  private static UpstreamConfig upstreamWithDefaults() {
    return new UpstreamConfig(
        "openhands",
        Map.of(Api.ANTHROPIC_MESSAGES, URI.create("https://up.example/v1/messages")),
        "OPENHANDS_API_KEY",
        UpstreamConfig.AuthStyle.BEARER,
        512,
        Duration.ofSeconds(5),
        Duration.ofSeconds(600),
        Duration.ofSeconds(600),
        null);
  }

  @Test
  void cacheOfAnHourCostsNothingWhereNoCacheWriteDoes() {
    String json =
        MINIMAL.replace("\"cache_write_1h_price_per_mtok\": 6.00,", "").replace("3.75", "0");

    assertThat(load(json).models().getFirst().pricing().prices().cacheWrite1h())
        .isEqualByComparingTo(BigDecimal.ZERO);
  }

  @Test
  void instanceIsNamedAfterItsServiceUnlessItSaysOtherwise() {
    String service = "\"port\": 8004, \"service\": \"goproxy-x\"";

    assertThat(load(minimalWith("\"port\": 8004", service)).instance()).isEqualTo("goproxy-x");
    assertThat(load(minimalWith("\"port\": 8004", service + ", \"instance\": \"x\"")).instance())
        .isEqualTo("x");
  }

  @Test
  void commentsAreAllowedInEverySection() {
    String json =
        MINIMAL.replace("{", "{\"_comment\": [\"why\"], \"_comment\": {}, \"_comment_2\": 1,");

    assertThat(load(json)).isEqualTo(load(MINIMAL));
  }

  @Test
  void fileWithoutEndpointsOrModelsIsRefused() {
    String atLeastOne = "must be an array with at least one object";

    assertThat(problems("{\"port\": 1}"))
        .containsExactly(
            "$.endpoints: is missing, " + atLeastOne, "$.models: is missing, " + atLeastOne);
    assertThat(problems("{\"port\": 1, \"endpoints\": [], \"models\": {}}"))
        .containsExactly(
            "$.endpoints: must have at least one object, was an empty array",
            "$.models: must be an array, was an empty object");
  }

  @Test
  void byteOrderMarkIsIgnored() {
    assertThat(load("\uFEFF" + MINIMAL)).isEqualTo(load(MINIMAL));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://localhost:8080/v1/messages",
        "http://127.0.0.1/v1/messages",
        "http://127.1.2.3:1/v1/messages",
        "http://[::1]:8080/v1/messages",
        "HTTPS://UP.example/v1/messages?version=1"
      })
  void urlsThatAreSafeAreKeptAsWritten(String url) {
    String json = minimalWith("https://up.example/v1/messages", url);

    assertThat(TestConfigs.firstUrl(load(json), Api.ANTHROPIC_MESSAGES)).hasToString(url);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`` | $: is empty, must be a JSON object",
        "[] | $: must be an object, was an empty array",
        "17 | $: must be an object, was 17",
      })
  void anythingButOneObjectIsRefused(String json, String problem) {
    assertThat(problems(json)).containsExactly(problem);
  }

  @Test
  void secondValueAfterTheObjectIsRefused() {
    assertThat(problems(MINIMAL + "{}"))
        .containsExactly("line 22, column 1: nothing may follow the JSON object");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\n  \"port\": 8004,\n  oops", "{\n\n  ]", "{\n \n   'a': 1}"})
  void malformedJsonIsOneProblemWithItsPlace(String json) {
    assertThat(problems(json)).singleElement().asString().matches("line 3, column [0-9]+: .*");
  }

  @Test
  void numberOfAbsurdSizeIsRefusedWithoutExpandingIt() {
    String json =
        MINIMAL
            .replace("15.00", "1e999999999")
            .replace("3.75", "9".repeat(900))
            .replace("200000", "1e999999999999999999999");

    assertThat(problems(json))
        .satisfiesExactly(
            problem -> assertThat(problem).endsWith("was 1e999999999999999999999"),
            problem -> assertThat(problem).endsWith("was 1e999999999"),
            problem -> assertThat(problem).endsWith("was " + "9".repeat(60) + "..."));
  }

  @Test
  void deeplyNestedJsonIsRefused() {
    assertThat(problems("[".repeat(100_000))).hasSize(1);
  }

  @Test
  void messagesNeverShowWhatMayBeASecret() {
    String json =
        MINIMAL
            .replace("https://up", "https://me:hunter2@up")
            .replace(
                "\"port\": 8004",
                """
                "port": 8004, "api_key": "hunter2",
                "upstreams": [{"name": "openhands", "api_key_variable": "hunter2"}]\
                """);

    assertThat(problems(json)).hasSize(3).noneMatch(problem -> problem.contains("hunter2"));
  }

  @Test
  void unreadableFilesAreNamed(@TempDir Path folder) throws IOException {
    Path missing = folder.resolve("missing.json");
    Path latin1 =
        Files.write(folder.resolve("a.json"), "{\"ä\": 1}".getBytes(StandardCharsets.ISO_8859_1));

    assertRefused(missing, "does not exist");
    assertRefused(latin1, "is not UTF-8 text");
    assertRefused(folder, "is a directory; a bind mount of a missing file makes one");
  }

  private static void assertRefused(Path file, String message) {
    assertThatExceptionOfType(InvalidConfigException.class)
        .isThrownBy(() -> ConfigLoader.load(file, Map.of()))
        .withMessage(file + " has 1 problem(s):\n  " + file + ": " + message);
  }
}
