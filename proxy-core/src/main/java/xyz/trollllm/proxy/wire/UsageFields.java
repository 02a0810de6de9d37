package xyz.trollllm.proxy.wire;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The members of usage objects, each present or not; null in JSON is not present. */
final class UsageFields<F extends Enum<F>> {
  private final EnumMap<F, Long> counts;
  private final EnumMap<F, String> names;

  UsageFields(Class<F> fields) {
    this.counts = new EnumMap<>(fields);
    this.names = new EnumMap<>(fields);
  }

  private UsageFields(UsageFields<F> other) {
    this.counts = new EnumMap<>(other.counts);
    this.names = new EnumMap<>(other.names);
  }

  UsageFields<F> copy() {
    return new UsageFields<>(this);
  }

  void clear() {
    counts.clear();
    names.clear();
  }

  boolean isEmpty() {
    return counts.isEmpty() && names.isEmpty();
  }

  @Nullable Long count(F field) {
    return counts.get(field);
  }

  long countOrZero(F field) {
    Long count = counts.get(field);
    return count == null ? 0 : count;
  }

  @Nullable String name(F field) {
    return names.get(field);
  }

  void putCount(F field, JsonScalar value, Set<String> flags) {
    Long count = TokenCount.of(value, flags);
    if (count != null) {
      counts.put(field, count);
    }
  }

  void putName(F field, JsonScalar value) {
    if (value.kind() == JsonScalar.Kind.STRING) {
      names.put(field, value.text());
    }
  }

  /**
   * Lets what {@code other} holds stand over what is here, member by member. Usage is cumulative,
   * so the counts in {@code neverFalling} cannot fall back to zero: a zero there is a placeholder.
   *
   * @param split members that divide one count between them: one object brings them, so they are
   *     only ever taken from the same one
   */
  void overlay(UsageFields<F> other, Set<F> neverFalling, Set<F> split, Set<String> flags) {
    boolean splits = !Collections.disjoint(other.counts.keySet(), split);
    boolean placeholder = splits && other.sum(split) == 0 && sum(split) > 0;
    if (placeholder) {
      flags.add(UsageFlags.ZERO_AFTER_NONZERO);
    } else if (splits) {
      counts.keySet().removeAll(split);
    }
    for (Map.Entry<F, Long> entry : other.counts.entrySet()) {
      F field = entry.getKey();
      if (split.contains(field)) {
        if (!placeholder) {
          counts.put(field, entry.getValue());
        }
      } else if (entry.getValue() == 0 && neverFalling.contains(field) && countOrZero(field) > 0) {
        flags.add(UsageFlags.ZERO_AFTER_NONZERO);
      } else {
        counts.put(field, entry.getValue());
      }
    }
    names.putAll(other.names);
  }

  private long sum(Set<F> fields) {
    return fields.stream().mapToLong(this::countOrZero).sum();
  }
}
