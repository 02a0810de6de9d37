package xyz.trollllm.proxy.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TokenCountTest {
  private final Set<String> flags = new TreeSet<>();

  @ParameterizedTest(name = "{0} is {1}")
  @CsvSource({
    "0, 0",
    "-0, 0",
    "25, 25",
    "25.0, 25",
    "2.5e1, 25",
    "1000000000000, 1000000000000",
    "1e12, 1000000000000",
    "7.00000000000000000000000000000000000000, 7", // 40 characters
  })
  void wholeNumberIsACountHoweverItIsWritten(String text, long count) {
    assertThat(TokenCount.of(number(text), flags)).isEqualTo(count);
    assertThat(flags).isEmpty();
  }

  @ParameterizedTest(name = "{0} is {1}")
  @CsvSource({
    "2.5, invalid-count",
    "1000000000001, invalid-count",
    "1e13, invalid-count",
    "1e99999999999999999999, invalid-count",
    "7.000000000000000000000000000000000000000, invalid-count", // 41 characters
    "-1, negative-count",
    "-0.5, negative-count",
  })
  void otherNumbersAreNoCountAndFlagged(String text, String flag) {
    assertThat(TokenCount.of(number(text), flags)).isNull();
    assertThat(flags).containsExactly(flag);
  }

  @Test
  void whatIsNoNumberIsNoCount() {
    assertThat(TokenCount.of(JsonScalar.NULL, flags)).isNull();
    assertThat(flags).isEmpty();

    assertThat(TokenCount.of(JsonScalar.string("25"), flags)).isNull();
    assertThat(flags).containsExactly(UsageFlags.STRING_COUNT);

    assertThat(TokenCount.of(JsonScalar.TRUE, flags)).isNull();
    assertThat(flags).containsExactly(UsageFlags.INVALID_COUNT, UsageFlags.STRING_COUNT);
  }

  private static JsonScalar number(String text) {
    return new JsonScalar(JsonScalar.Kind.NUMBER, text);
  }
}
