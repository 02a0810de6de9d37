package xyz.trollllm.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

final class AllowanceTest {
  private Instant now = Instant.parse("2026-01-01T00:00:20Z");

  private final Clock clock =
      new Clock() {
        @Override
        public Instant instant() {
          return now;
        }

        @Override
        public ZoneId getZone() {
          return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
          return this;
        }
      };

  @Test
  void requestsBeyondTheLimitWaitForTheNextMinute() {
    Allowance allowance = new Allowance(2, 0, clock);

    assertThat(allowance.refuse()).isEmpty();
    assertThat(allowance.refuse()).isEmpty();
    assertThat(allowance.refuse()).hasValue(Duration.ofSeconds(40));

    now = now.plusSeconds(40);
    assertThat(allowance.refuse()).isEmpty();
  }

  @Test
  void tokensOfEarlierRequestsCount() {
    Allowance allowance = new Allowance(0, 1000, clock);
    assertThat(allowance.refuse()).isEmpty();

    allowance.used(999);
    assertThat(allowance.refuse()).isEmpty();
    allowance.used(1);

    assertThat(allowance.refuse()).isPresent();
  }

  @Test
  void zeroMeansNoLimit() {
    Allowance allowance = new Allowance(0, 0, clock);
    allowance.used(Long.MAX_VALUE / 2);

    assertThat(allowance.refuse()).isEmpty();
  }
}
