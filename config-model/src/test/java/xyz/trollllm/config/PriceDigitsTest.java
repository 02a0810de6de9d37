package xyz.trollllm.config;

import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.config.TestConfigs.load;
import static xyz.trollllm.config.TestConfigs.minimalWith;

import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PriceDigitsTest {
  @RepeatedTest(200)
  void priceKeepsEveryDigitItWasWrittenWith(RepetitionInfo repetition) {
    Random random = new Random(repetition.getCurrentRepetition());
    StringBuilder number = new StringBuilder().append(random.nextInt(100_000));
    int decimals = random.nextInt(7);
    for (int i = 0; i < decimals; i++) {
      number.append(i == 0 ? "." : "").append(random.nextInt(10));
    }
    String written = number.toString();

    assertThat(outputPrice(written)).isEqualTo(new BigDecimal(written));
    assertThat(outputPrice("\"" + written + "\"")).isEqualTo(new BigDecimal(written));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "0.0",
        "-0",
        "0.000001",
        "99999.999999",
        "100000",
        "1e5",
        "1E-6",
        "2.50e0",
        "3.7500000"
      })
  void priceInTheAllowedRangeLoads(String written) {
    assertThat(outputPrice(written)).isEqualByComparingTo(new BigDecimal(written));
  }

  private static BigDecimal outputPrice(String written) {
    String json = minimalWith("15.00", written);
    return load(json).models().getFirst().pricing().prices().output();
  }
}
