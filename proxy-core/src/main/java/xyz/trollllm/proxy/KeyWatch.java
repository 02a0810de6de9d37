package xyz.trollllm.proxy;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReferenceArray;
import xyz.trollllm.billing.KeyId;
import xyz.trollllm.proxy.upstream.KeyRing;

/**
 * Alerts the operator of keys that an upstream refuses, each at most every ten minutes, since a
 * refused key is tried again and again. Safe for use by many threads.
 */
final class KeyWatch {
  private static final Duration BETWEEN_ALERTS = Duration.ofMinutes(10);

  private final String upstream;
  private final KeyRing keys;
  private final OperatorAlerts alerts;
  private final Clock clock;

  /** By the keys' places in the ring; the last is that of the alert about all of them. */
  private final AtomicReferenceArray<Instant> lastAlerts;

  KeyWatch(String upstream, KeyRing keys, OperatorAlerts alerts, Clock clock) {
    this.upstream = upstream;
    this.keys = keys;
    this.alerts = alerts;
    this.clock = clock;
    this.lastAlerts = new AtomicReferenceArray<>(keys.size() + 1);
  }

  /** The upstream answered {@code status} to this key, which rests now. */
  void refused(KeyRing.Key key, int status) {
    if (isDue(key.index())) {
      alerts.raise(
          new OperatorAlert.KeyRefused(upstream, KeyId.of(key.value()), status, KeyRing.REST));
    }
    if (keys.allRest() && isDue(keys.size())) {
      alerts.raise(new OperatorAlert.AllKeysRefused(upstream, keys.size(), KeyRing.REST));
    }
  }

  private boolean isDue(int place) {
    Instant now = clock.instant();
    Instant last = lastAlerts.get(place);
    return (last == null || !now.isBefore(last.plus(BETWEEN_ALERTS)))
        && lastAlerts.compareAndSet(place, last, now);
  }
}
