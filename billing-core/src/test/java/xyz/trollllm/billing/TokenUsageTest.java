package xyz.trollllm.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import xyz.trollllm.billing.TokenUsage.ServiceOptions;
import xyz.trollllm.billing.TokenUsage.SubInference;

final class TokenUsageTest {
  @Test
  void totalCountsTheInferencesBesideTheAnswerToo() {
    TokenUsage usage =
        new TokenUsage(
            new TokenCounts(1, 2, 3, 4, 5),
            0,
            0,
            ServiceOptions.DEFAULT,
            List.of(
                new SubInference("compaction", null, TokenCounts.of(100, 20)),
                new SubInference("compaction", null, TokenCounts.of(1_000, 0))));

    assertThat(usage.totalTokens()).isEqualTo(1_135);
    assertThat(usage.fallbackModel()).isNull();
  }

  @Test
  void plainUsageIsItsCounts() {
    TokenCounts counts = TokenCounts.of(7, 5);

    assertThat(TokenUsage.of(counts))
        .isEqualTo(new TokenUsage(null, counts, 0, 0, ServiceOptions.DEFAULT, List.of()));
    assertThat(TokenUsage.NONE.totalTokens()).isZero();
  }

  @Test
  void usesOfToolsAreNotNegative() {
    assertThatThrownBy(
            () -> new TokenUsage(TokenCounts.NONE, -1, 0, ServiceOptions.DEFAULT, List.of()))
        .hasMessage("webSearches must not be negative, was -1");
    assertThatThrownBy(
            () -> new TokenUsage(TokenCounts.NONE, 0, -1, ServiceOptions.DEFAULT, List.of()))
        .hasMessage("webFetches must not be negative, was -1");
  }
}
