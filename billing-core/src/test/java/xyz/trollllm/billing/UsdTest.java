package xyz.trollllm.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class UsdTest {

  @Test
  void amountsThatAreEqualAsNumbersAreEqual() {
    assertThat(Usd.of("1.50")).isEqualTo(Usd.of("1.5")).hasSameHashCodeAs(Usd.of("1.5"));
    assertThat(Usd.of("0.000")).isEqualTo(Usd.ZERO);
    assertThat(Usd.of("100")).hasToString("100");
    assertThat(Usd.of("0.00000001")).hasToString("0.00000001");
  }

  @ParameterizedTest(name = "{0} is charged as {1}")
  @CsvSource({
    "0.0000000004, 0",
    "0.0000000005, 0.000000001",
    "0.00000000149999, 0.000000001",
    "0.0000000015, 0.000000002",
    "0.490741575, 0.490741575",
    "-0.0000000005, -0.000000001",
    "12345678.9999999995, 12345679",
  })
  void roundingGoesToTheNearestNanoAndHalvesAwayFromZero(String exact, String rounded) {
    assertThat(Usd.of(exact).roundedToNanos()).isEqualTo(Usd.of(rounded));
  }

  @ParameterizedTest(name = "{0} is bounded by {1}")
  @CsvSource({"0.0000000001, 0.000000001", "0.000000001, 0.000000001", "0, 0"})
  void ceilingNeverLiesBelow(String exact, String bound) {
    assertThat(Usd.of(exact).ceilingToNanos()).isEqualTo(Usd.of(bound));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "0.000000001, 1",
    "-1, -1000000000",
    "9223372036.854775807, 9223372036854775807"
  })
  void nanosAreExactBothWays(String usd, long nanos) {
    assertThat(Usd.of(usd).nanos()).isEqualTo(nanos);
    assertThat(Usd.ofNanos(nanos)).isEqualTo(Usd.of(usd));
  }

  @ParameterizedTest
  @CsvSource({"0.0000000001", "9223372036.854775808", "-9223372036.854775809"})
  void amountThatIsNoWholeNumberOfNanosInSixtyFourBitsIsRefused(String usd) {
    assertThatThrownBy(() -> Usd.of(usd).nanos()).isInstanceOf(ArithmeticException.class);
  }

  @Test
  void sumsAndDifferencesAreExact() {
    assertThat(Usd.of("0.1").plus(Usd.of("0.2"))).isEqualTo(Usd.of("0.3"));
    assertThat(Usd.of("0.3").minus(Usd.of("0.1"))).isEqualTo(Usd.of("0.2"));
    assertThat(Usd.of("0.1").minus(Usd.of("0.2")).isNegative()).isTrue();
    assertThat(Usd.ZERO.isNegative()).isFalse();
    assertThat(Usd.of("0.1").isNegative()).isFalse();
    assertThat(Usd.of("0.1")).isLessThan(Usd.of("0.10001"));
  }
}
