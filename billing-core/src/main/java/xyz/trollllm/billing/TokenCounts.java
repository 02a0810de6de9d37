package xyz.trollllm.billing;

/**
 * Tokens of one inference, each counted in exactly one place.
 *
 * @param input prompt tokens that no cache served or stored
 * @param cacheWrite5m prompt tokens stored for five minutes
 * @param cacheWrite1h prompt tokens stored for one hour
 * @param cacheHit prompt tokens read from a cache
 * @param output all tokens of the answer, thinking included
 */
public record TokenCounts(
    long input, long cacheWrite5m, long cacheWrite1h, long cacheHit, long output) {

  public static final TokenCounts NONE = new TokenCounts(0, 0, 0, 0, 0);

  public TokenCounts {
    requireNotNegative("input", input);
    requireNotNegative("cacheWrite5m", cacheWrite5m);
    requireNotNegative("cacheWrite1h", cacheWrite1h);
    requireNotNegative("cacheHit", cacheHit);
    requireNotNegative("output", output);
  }

  /** Plain input and output, no cache. */
  public static TokenCounts of(long input, long output) {
    return new TokenCounts(input, 0, 0, 0, output);
  }

  public long cacheWrite() {
    return Math.addExact(cacheWrite5m, cacheWrite1h);
  }

  /** The whole prompt: what long-context tiers are chosen by. */
  public long totalInput() {
    return Math.addExact(Math.addExact(input, cacheWrite()), cacheHit);
  }

  public long total() {
    return Math.addExact(totalInput(), output);
  }

  static void requireNotNegative(String name, long count) {
    if (count < 0) {
      throw new IllegalArgumentException(name + " must not be negative, was " + count);
    }
  }
}
