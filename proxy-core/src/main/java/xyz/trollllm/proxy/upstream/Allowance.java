package xyz.trollllm.proxy.upstream;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What this instance may send to one upstream in each minute of the clock, so that it does not use
 * up what it shares with others. Safe for use by many threads.
 *
 * <p>Tokens are known only after an answer, so the last requests of a minute may exceed the limit;
 * what they use counts in the minute they end in.
 */
public final class Allowance {
  private final int requestsPerMinute;
  private final long tokensPerMinute;
  private final Clock clock;
  private final AtomicReference<Minute> current =
      new AtomicReference<>(new Minute(Instant.MIN, 0, 0));

  /**
   * @param requestsPerMinute 0 for no limit
   * @param tokensPerMinute of all kinds together, 0 for no limit
   */
  public Allowance(int requestsPerMinute, long tokensPerMinute, Clock clock) {
    this.requestsPerMinute = requestsPerMinute;
    this.tokensPerMinute = tokensPerMinute;
    this.clock = clock;
  }

  /** How long to wait if nothing is left of this minute; counts nothing. */
  public Optional<Duration> usedUp() {
    Instant now = clock.instant();
    return isUsedUp(current.get().at(now)) ? Optional.of(untilNext(now)) : Optional.empty();
  }

  /** Counts a request, or says how long to wait if nothing is left of this minute. */
  public Optional<Duration> refuse() {
    Instant now = clock.instant();
    Minute before = current.getAndUpdate(minute -> counted(minute.at(now)));
    return isUsedUp(before.at(now)) ? Optional.of(untilNext(now)) : Optional.empty();
  }

  private static Duration untilNext(Instant now) {
    return Duration.between(now, start(now).plus(1, ChronoUnit.MINUTES));
  }

  /** Counts what a request used. */
  public void used(long tokens) {
    Instant now = clock.instant();
    current.updateAndGet(minute -> {
      Minute running = minute.at(now);
      return new Minute(running.start, running.requests, running.tokens + tokens);
    });
  }

  private Minute counted(Minute minute) {
    return isUsedUp(minute) ? minute : new Minute(minute.start, minute.requests + 1, minute.tokens);
  }

  private boolean isUsedUp(Minute minute) {
    boolean requests = requestsPerMinute > 0 && minute.requests >= requestsPerMinute;
    boolean tokens = tokensPerMinute > 0 && minute.tokens >= tokensPerMinute;
    return requests || tokens;
  }

  private static Instant start(Instant time) {
    return time.truncatedTo(ChronoUnit.MINUTES);
  }

  private record Minute(Instant start, int requests, long tokens) {
    /** This minute, or an unused one if it is over. */
    Minute at(Instant now) {
      return start.equals(Allowance.start(now)) ? this : new Minute(Allowance.start(now), 0, 0);
    }
  }
}
