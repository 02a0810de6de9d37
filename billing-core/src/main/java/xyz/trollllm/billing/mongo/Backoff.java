package xyz.trollllm.billing.mongo;

import java.time.Duration;

/** Pauses between attempts: each twice as long as the one before, up to a bound. */
record Backoff(Duration first, Duration longest) {
  static final Backoff DEFAULT = new Backoff(Duration.ofMillis(20), Duration.ofSeconds(2));

  private static final int MOST_DOUBLINGS = 20;

  /** The pause after {@code failures} failed attempts. */
  Duration pause(int failures) {
    Duration doubled = first.multipliedBy(1L << Math.min(failures - 1, MOST_DOUBLINGS));
    return doubled.compareTo(longest) < 0 ? doubled : longest;
  }
}
