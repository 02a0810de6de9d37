package xyz.trollllm.proxy.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code usage.iterations}, entry by entry. Used again for the next document.
 *
 * <p>Memory is bounded: beyond a number no real answer comes near, entries are added up.
 */
final class IterationReader {
  private static final int MOST_ENTRIES = 100;

  private final UsageFields<AnthropicField> entry = new UsageFields<>(AnthropicField.class);
  private final List<Iteration> beside = new ArrayList<>();
  private @Nullable String fallbackModel;
  private boolean fallback;
  private boolean messageTokens;

  /** Forgets everything, for another list. */
  void clear() {
    beside.clear();
    fallbackModel = null;
    fallback = false;
    messageTokens = false;
  }

  void beginEntry() {
    entry.clear();
  }

  /** A member of the entry at hand. */
  void value(AnthropicField field, JsonScalar value, Set<String> flags) {
    switch (field) {
      case ITERATION_TYPE, ITERATION_MODEL -> entry.putName(field, value);
      default -> entry.putCount(field, value, flags);
    }
  }

  /** The entry at hand is over. */
  void endEntry(Set<String> flags) {
    if (entry.isEmpty()) {
      flags.add(UsageFlags.UNREADABLE_USAGE);
      return;
    }
    Iteration iteration = iteration(flags);
    switch (iteration.kind()) {
      case "message" -> messageTokens |= iteration.hasTokens();
      case "fallback_message" -> {
        fallback = true;
        fallbackModel = iteration.model();
      }
      case "compaction", "advisor_message" -> add(iteration, flags);
      default -> {
        flags.add(UsageFlags.UNKNOWN_ITERATION);
        add(iteration, flags);
      }
    }
  }

  /** What the list said. */
  Iterations iterations() {
    return new Iterations(beside, fallbackModel, fallback && messageTokens);
  }

  private Iteration iteration(Set<String> flags) {
    String type = entry.name(AnthropicField.ITERATION_TYPE);
    CacheWrites writes =
        CacheWrites.of(
            entry.count(AnthropicField.ITERATION_CACHE_WRITE),
            entry.count(AnthropicField.ITERATION_CACHE_WRITE_5M),
            entry.count(AnthropicField.ITERATION_CACHE_WRITE_1H),
            flags);
    return new Iteration(
        type == null ? "unknown" : type,
        entry.name(AnthropicField.ITERATION_MODEL),
        entry.countOrZero(AnthropicField.ITERATION_INPUT),
        writes,
        entry.countOrZero(AnthropicField.ITERATION_CACHE_HIT),
        entry.countOrZero(AnthropicField.ITERATION_OUTPUT));
  }

  private void add(Iteration iteration, Set<String> flags) {
    if (beside.size() < MOST_ENTRIES) {
      beside.add(iteration);
      return;
    }
    flags.add(UsageFlags.MERGED_ITERATIONS);
    int alike = MOST_ENTRIES - 1;
    while (alike > 0 && !isAlike(beside.get(alike), iteration)) {
      alike--;
    }
    beside.set(alike, beside.get(alike).plus(iteration));
  }

  private static boolean isAlike(Iteration one, Iteration other) {
    return one.kind().equals(other.kind()) && Objects.equals(one.model(), other.model());
  }
}
