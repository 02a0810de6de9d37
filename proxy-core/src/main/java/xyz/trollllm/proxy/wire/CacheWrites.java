package xyz.trollllm.proxy.wire;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tokens written to caches, by how long the cache keeps them. */
record CacheWrites(long fiveMinutes, long oneHour) {

  /**
   * Brings a total and its split by lifetime together, either of which may be missing. What the
   * split leaves of the total counts as five minutes, which is the default lifetime; a split larger
   * than the total is believed, as gateways update it and forget the total.
   */
  static CacheWrites of(
      @Nullable Long total, @Nullable Long fiveMinutes, @Nullable Long oneHour, Set<String> flags) {
    if (fiveMinutes == null && oneHour == null) {
      return new CacheWrites(orZero(total), 0);
    }
    CacheWrites split = new CacheWrites(orZero(fiveMinutes), orZero(oneHour));
    if (total == null || total == split.total()) {
      return split;
    }
    if (total < split.total()) {
      flags.add(UsageFlags.CACHE_SPLIT_ABOVE_TOTAL);
      return split;
    }
    flags.add(UsageFlags.CACHE_SPLIT_BELOW_TOTAL);
    return new CacheWrites(total - split.oneHour, split.oneHour);
  }

  long total() {
    return fiveMinutes + oneHour;
  }

  private static long orZero(@Nullable Long count) {
    return count == null ? 0 : count;
  }
}
