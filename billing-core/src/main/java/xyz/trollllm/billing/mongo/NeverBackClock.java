package xyz.trollllm.billing.mongo;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A clock that stands still where the one it follows goes back. Safe for use by many threads.
 *
 * <p>A settled request is remembered until its reservation's deadline is over. Both are counted
 * from this clock; were it to go back in between, the memory would end first.
 */
final class NeverBackClock extends Clock {
  private final Clock clock;
  private final AtomicReference<Instant> latest = new AtomicReference<>(Instant.MIN);

  NeverBackClock(Clock clock) {
    this.clock = clock;
  }

  @Override
  public Instant instant() {
    return latest.accumulateAndGet(
        clock.instant(), (one, other) -> one.isAfter(other) ? one : other);
  }

  @Override
  public ZoneId getZone() {
    return clock.getZone();
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return new NeverBackClock(clock.withZone(zone));
  }
}
