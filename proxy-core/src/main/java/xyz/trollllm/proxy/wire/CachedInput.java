package xyz.trollllm.proxy.wire;

import java.util.Set;

/** Takes cached tokens out of counts that include them. */
final class CachedInput {
  private CachedInput() {}

  /**
   * The part of {@code input} that is not {@code cached}. A count smaller than its supposed part
   * does not include it, whatever the upstream is said to do; it stands, and is flagged.
   */
  static long without(long cached, long input, Set<String> flags) {
    if (cached > input) {
      flags.add(UsageFlags.EXCLUSIVE_USAGE);
      return input;
    }
    return input - cached;
  }
}
