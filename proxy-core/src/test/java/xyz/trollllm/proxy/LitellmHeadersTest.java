package xyz.trollllm.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.trollllm.billing.Usd;

final class LitellmHeadersTest {

  @Test
  void operatorsSeeTheUpstreamsCostAndClientsDoNot() throws Exception {
    try (CallRig rig = new CallRig()) {
      RecordingClient client = rig.message();

      rig.upstream
          .last()
          .head(
              200,
              "content-type",
              "application/json",
              "x-litellm-response-cost",
              "0.0003",
              "x-litellm-key-spend",
              "812.4",
              "x-litellm-attempted-fallbacks",
              "1",
              "llm_provider-x",
              "y",
              "openai-organization",
              "org",
              "anthropic-organization-id",
              "org",
              "set-cookie",
              "a=b",
              "retry-after",
              "7",
              "content-length",
              Integer.toString(Answers.JSON.length()))
          .bytes(Answers.JSON)
          .end();

      client.headers.forEach((name, _) ->
          assertThat(name)
              .isIn("content-type", "retry-after", "request-id", "x-request-id", "x-charge-usd"));
      RequestLogEntry line = rig.log.getFirst();
      assertThat(Objects.requireNonNull(line.upstreamCost())).isEqualTo(Usd.of("0.0003"));
      assertThat(line.upstreamCostDrift()).hasValue(Usd.ZERO);
      assertThat(rig.settlement().record().flags()).contains("upstream-fallback");
    }
  }

  @ParameterizedTest
  @CsvSource({"0.0003, 0.0003", "3e-05, 0.00003", "0, 0", "12, 12"})
  void costIsReadAsADecimal(String text, String usd) {
    assertThat(LitellmHeaders.of(Headers.of("x-litellm-response-cost", text)).cost())
        .isEqualTo(Usd.of(usd));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "None", "NaN", "-1", "1e99999999", "1e-99999999", "0x1"})
  void whatIsNoAmountIsLeftOut(String text) {
    assertThat(LitellmHeaders.of(Headers.of("x-litellm-response-cost", text)).cost()).isNull();
  }

  @ParameterizedTest
  @CsvSource({"0, false", "'', false", "1, true", "02, true", "x, false"})
  void fallbacksAreNoticed(String attempts, boolean fellBack) {
    assertThat(LitellmHeaders.of(Headers.of("x-litellm-attempted-fallbacks", attempts)).fellBack())
        .isEqualTo(fellBack);
  }
}
