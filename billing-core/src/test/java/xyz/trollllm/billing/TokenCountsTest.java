package xyz.trollllm.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.trollllm.config.CreditField;

final class TokenCountsTest {

  @Test
  void totalsCountEveryTokenOnce() {
    TokenCounts counts = new TokenCounts(1, 20, 300, 4_000, 50_000);

    assertThat(counts.cacheWrite()).isEqualTo(320);
    assertThat(counts.totalInput()).isEqualTo(4_321);
    assertThat(counts.total()).isEqualTo(54_321);
  }

  @ParameterizedTest
  @CsvSource({
    "-1,0,0,0,0,input",
    "0,-1,0,0,0,cacheWrite5m",
    "0,0,-1,0,0,cacheWrite1h",
    "0,0,0,-1,0,cacheHit",
    "0,0,0,0,-1,output",
  })
  void negativeCountIsRefusedByName(
      long input, long write5m, long write1h, long hit, long output, String name) {
    assertThatThrownBy(() -> new TokenCounts(input, write5m, write1h, hit, output))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(name + " must not be negative, was -1");
  }

  @Test
  void sumThatDoesNotFitIsAnErrorAndNotAWrongNumber() {
    TokenCounts huge = TokenCounts.of(Long.MAX_VALUE, 1);

    assertThatThrownBy(huge::total).isInstanceOf(ArithmeticException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a.b", "a$b", "a~late", "a b", "\u00e4"})
  void requestIdThatIsNoPathIsRefused(String id) {
    assertThatThrownBy(
            () -> new HoldRequest(id, "ann", CreditField.CREDITS, Usd.ZERO, Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("letters, digits and dashes");
    assertThatThrownBy(() -> new Hold(id, "ann", CreditField.CREDITS, Usd.ZERO, Instant.EPOCH))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
