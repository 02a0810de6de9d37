package xyz.trollllm.proxy.upstream;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The operator's keys for one upstream, used in turn. A key that the upstream refused is left alone
 * for a while, unless all of them are. Safe for use by many threads.
 */
public final class KeyRing {
  /** How long a key that was refused is left alone. */
  public static final Duration REST = Duration.ofSeconds(30);

  private final List<String> keys;
  private final AtomicReferenceArray<Instant> restingUntil;
  private final AtomicInteger turn = new AtomicInteger();
  private final Clock clock;

  public KeyRing(List<String> keys, Clock clock) {
    if (keys.isEmpty()) {
      throw new IllegalArgumentException("an upstream needs at least one key");
    }
    this.keys = List.copyOf(keys);
    this.clock = clock;
    this.restingUntil = new AtomicReferenceArray<>(keys.size());
    for (int i = 0; i < keys.size(); i++) {
      restingUntil.set(i, Instant.MIN);
    }
  }

  /** The next key that is not resting; the next of all if every key is. */
  public Key next() {
    Instant now = clock.instant();
    int first = Math.floorMod(turn.getAndIncrement(), keys.size());
    for (int i = 0; i < keys.size(); i++) {
      int index = (first + i) % keys.size();
      if (!now.isBefore(restingUntil.get(index))) {
        return new Key(index);
      }
    }
    return new Key(first);
  }

  /** Another key than {@code refused} that is not resting, if there is one. */
  public Optional<Key> otherThan(Key refused) {
    Key candidate = next();
    boolean usable = !clock.instant().isBefore(restingUntil.get(candidate.index));
    return usable && candidate.index != refused.index ? Optional.of(candidate) : Optional.empty();
  }

  public int size() {
    return keys.size();
  }

  /** Whether no key is left that is not resting. */
  public boolean allRest() {
    Instant now = clock.instant();
    for (int i = 0; i < keys.size(); i++) {
      if (!now.isBefore(restingUntil.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** One of the ring's keys. */
  public final class Key {
    private final int index;

    private Key(int index) {
      this.index = index;
    }

    /** Its place in the ring, from 0. */
    public int index() {
      return index;
    }

    public String value() {
      return keys.get(index);
    }

    /** The upstream refused this key: others go first for a while. */
    public void rest() {
      restingUntil.set(index, clock.instant().plus(REST));
    }
  }
}
