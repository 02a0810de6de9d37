package xyz.trollllm.proxy.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.config.Api.ANTHROPIC_MESSAGES;
import static xyz.trollllm.config.Api.OPENAI_CHAT;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import xyz.trollllm.billing.Basis;
import xyz.trollllm.billing.TokenCounts;
import xyz.trollllm.billing.TokenUsage;
import xyz.trollllm.config.UsageSemantics;

class AnswerMetersTest {
  private static final String DAMAGE = "\n\r{}[]\",:\\-0159.eE n";

  @Test
  void nothingIsMeteredAsNothing() {
    for (boolean eventStream : new boolean[] {true, false}) {
      AnswerMeter meter = AnswerMeters.of(OPENAI_CHAT, eventStream, UsageSemantics.AUTO, 100);

      assertThat(meter.usage().basis()).isEqualTo(Basis.VOID);
      assertThat(meter.usage().usage().counts()).isEqualTo(TokenCounts.NONE);
      assertThat(meter.sawEnd()).isFalse();
    }
  }

  @Test
  void truncatedDocumentCountsItsUsageOnceThatIsWhole() {
    String document = "{\"content\":[{\"type\":\"text\",\"text\":\"12345678\"}],\"usage\":";

    AnswerMeter within = AnswerMeters.of(ANTHROPIC_MESSAGES, false, UsageSemantics.AUTO, 100);
    observe(within, document + "{\"input_tokens\":5,\"output_tokens\":6,");
    AnswerMeter after = AnswerMeters.of(ANTHROPIC_MESSAGES, false, UsageSemantics.AUTO, 100);
    observe(after, document + "{\"input_tokens\":5,\"output_tokens\":6},\"x");

    assertThat(within.usage().usage().counts()).isEqualTo(TokenCounts.of(25, 2));
    assertThat(within.usage().flags()).containsExactly("estimated-all");
    assertThat(after.usage().usage().counts()).isEqualTo(TokenCounts.of(5, 6));
    assertThat(after.usage().flags()).containsExactly("incomplete-stream");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "7 | 7 | ''",
        "7.0 | 7 | ''",
        "7e2 | 700 | ''",
        "0 | 0 | ''",
        "null | 25 | estimated-input",
        "7.5 | 25 | estimated-input,invalid-count",
        "-7 | 25 | estimated-input,negative-count",
        "true | 25 | estimated-input,invalid-count",
        "99999999999999999999 | 25 | estimated-input,invalid-count",
        "9223372036854775807 | 25 | estimated-input,invalid-count",
        "1e999999999 | 25 | estimated-input,invalid-count",
        "1e9999999999 | 25 | estimated-input,invalid-count",
        "1.2.3 | 25 | estimated-input,invalid-count"
      })
  void countsAreWholeNumbersOfAnyForm(String written, long read, String flags) {
    AnswerMeter meter = AnswerMeters.of(ANTHROPIC_MESSAGES, false, UsageSemantics.AUTO, 100);

    observe(meter, "{\"usage\":{\"output_tokens\":3,\"input_tokens\":" + written + "}}");

    assertThat(meter.usage().usage().counts().input()).isEqualTo(read);
    assertThat(String.join(",", meter.usage().flags())).isEqualTo(flags);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "AUTO | 10 | 400 | 10",
        "AUTO | 1000 | 400 | 600",
        "INCLUSIVE | 1000 | 400 | 600",
        "EXCLUSIVE | 1000 | 400 | 1000",
        "EXCLUSIVE | 10 | 400 | 10"
      })
  void semanticsSayWhetherThePromptIncludesCachedTokens(
      UsageSemantics semantics, long prompt, long cached, long input) {
    AnswerMeter meter = AnswerMeters.of(OPENAI_CHAT, false, semantics, 100);

    observe(
        meter,
        "{\"usage\":{\"prompt_tokens\":%d,\"completion_tokens\":1,\"cached_tokens\":%d}}"
            .formatted(prompt, cached));

    assertThat(meter.usage().usage().counts()).isEqualTo(new TokenCounts(input, 0, 0, cached, 1));
  }

  @Test
  void nameOfTheEventDecidesBeforeItsType() {
    AnswerMeter meter = AnswerMeters.of(ANTHROPIC_MESSAGES, true, UsageSemantics.AUTO, 100);

    observe(
        meter, "data: {\"usage\":{\"input_tokens\":2,\"output_tokens\":3},\"type\":\"ping\"}\n");
    observe(meter, "event: message_delta\n\n");

    assertThat(meter.usage().usage().counts()).isEqualTo(TokenCounts.of(2, 3));
  }

  @ParameterizedTest
  @MethodSource("xyz.trollllm.proxy.wire.RecordedAnswersTest#answers")
  void damagedAnswersNeverThrow(RecordedAnswer answer) {
    Random random = new Random(answer.id().hashCode());
    byte[] good = answer.body();
    for (int round = 0; round < 300; round++) {
      byte[] bad = good.clone();
      for (int change = random.nextInt(12); change >= 0; change--) {
        bad[random.nextInt(bad.length)] =
            (byte)
                (random.nextBoolean()
                    ? random.nextInt(256)
                    : DAMAGE.charAt(random.nextInt(DAMAGE.length())));
      }
      int cut = random.nextInt(bad.length);
      AnswerMeter meter = answer.meter();
      meter.observe(ByteBuffer.wrap(bad, 0, cut));
      meter.observe(ByteBuffer.wrap(bad, cut, random.nextInt(bad.length - cut + 1)));

      assertThat(meter.usage().usage().counts().total()).isNotNegative();
      if (meter.usage().basis() == Basis.VOID) {
        assertThat(meter.usage().usage()).isEqualTo(TokenUsage.NONE);
        assertThat(meter.usage().flags()).isNotEmpty();
      }
    }
  }

  private static void observe(AnswerMeter meter, String text) {
    meter.observe(ByteBuffer.wrap(text.getBytes(UTF_8)));
  }
}
