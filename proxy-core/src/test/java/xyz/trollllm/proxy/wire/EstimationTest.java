package xyz.trollllm.proxy.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.config.Api.ANTHROPIC_MESSAGES;
import static xyz.trollllm.config.Api.OPENAI_EMBEDDINGS;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import xyz.trollllm.config.Api;
import xyz.trollllm.config.CreditField;
import xyz.trollllm.config.LowBalance;
import xyz.trollllm.config.MediaTokens;
import xyz.trollllm.config.ModelConfig;
import xyz.trollllm.config.ModelPolicy;
import xyz.trollllm.config.ModelPricing;
import xyz.trollllm.config.RequestFees;
import xyz.trollllm.config.TokenPrices;
import xyz.trollllm.config.UsageSemantics;

final class EstimationTest {
  @ParameterizedTest(name = "{0} bytes at {1} a token: {2}")
  @CsvSource({
    "400, 4, 100",
    "401, 4, 101",
    "400, 3, 134",
    "400, 1, 400",
    "40000, 4, 10000",
    "40004, 4, 10000",
  })
  void inputIsEstimatedFromItsLengthUpToWhatTheModelTakes(
      int bytes, int charactersPerToken, long tokens) {
    RequestSummary text = summary(ANTHROPIC_MESSAGES, "\"messages\":[]");

    assertThat(Estimation.of(text, bytes, model(charactersPerToken)).inputTokens())
        .isEqualTo(tokens);
  }

  @Test
  void mediaAreEstimatedByItem() {
    String image =
        """
        {"type":"image","source":{"type":"base64","media_type":"image/png","data":"%s"}}\
        """
            .formatted("A".repeat(400));
    RequestSummary summary =
        summary(
            ANTHROPIC_MESSAGES,
            "\"messages\":[{\"role\":\"user\",\"content\":[" + image + "," + image + "]}]");
    assertThat(summary.inlineMedia()).isEqualTo(2);
    assertThat(summary.mediaBytes()).isGreaterThanOrEqualTo(800);

    Estimation estimation = Estimation.of(summary, summary.mediaBytes() + 41, model(4));

    assertThat(estimation.inputTokens()).isEqualTo(2 * 1_600 + 11);
  }

  @Test
  void eachOfSeveralInputsMayBeAsLongAsTheModelAllows() {
    RequestSummary summary = summary(OPENAI_EMBEDDINGS, "\"input\":[\"a\",\"b\",\"c\"]");

    assertThat(Estimation.of(summary, 200_000, model(4)).inputTokens()).isEqualTo(30_000);
  }

  @Test
  void outputIsEstimatedFromTheConfiguredNumberOfCharacters() {
    RequestSummary text = summary(ANTHROPIC_MESSAGES, "\"messages\":[]");

    assertThat(Estimation.of(text, 0, model(3)).tokens(10)).isEqualTo(4);
    assertThat(Estimation.ofText(9)).isEqualTo(new Estimation(3, 4));
  }

  private static RequestSummary summary(Api api, String members) {
    String body = "{\"model\":\"model\",\"max_tokens\":5," + members + "}";
    return switch (RequestReader.read(api, ByteBuffer.wrap(body.getBytes(UTF_8)))) {
      case RequestReading.Read(RequestSummary summary) -> summary;
      case RequestReading.Invalid(String message) -> throw new AssertionError(message);
    };
  }

  private static ModelConfig model(int charactersPerToken) {
    BigDecimal price = BigDecimal.ONE;
    return new ModelConfig(
        "model",
        "model",
        List.of(),
        "other",
        "openhands",
        "model",
        CreditField.CREDITS,
        new ModelPricing(
            new TokenPrices(price, price, price, price, price),
            List.of(),
            RequestFees.NONE,
            BigDecimal.ONE),
        10_000,
        1_000,
        UsageSemantics.AUTO,
        new ModelPolicy(
            MediaTokens.UNBOUNDED, LowBalance.REFUSE, Optional.empty(), 0, charactersPerToken));
  }
}
