package xyz.trollllm.proxy.wire;

import java.math.BigDecimal;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads single counts as upstreams write them. */
final class TokenCount {
  /** More than any answer can use; sums of a few such numbers stay far inside a long. */
  static final long MAX = 1_000_000_000_000L;

  private static final int MAX_LENGTH = 40;

  private TokenCount() {}

  /**
   * The count that {@code value} stands for, or null if it stands for none: whole numbers, also
   * written with a fraction of zero or an exponent, are counts; null is silently none; anything
   * else is none and flagged.
   */
  static @Nullable Long of(JsonScalar value, Set<String> flags) {
    return switch (value.kind()) {
      case NULL -> null;
      case NUMBER -> number(value.text(), flags);
      case STRING -> none(UsageFlags.STRING_COUNT, flags);
      case TRUE, FALSE -> none(UsageFlags.INVALID_COUNT, flags);
    };
  }

  private static @Nullable Long number(String text, Set<String> flags) {
    if (text.length() > MAX_LENGTH) {
      return none(UsageFlags.INVALID_COUNT, flags);
    }
    try {
      BigDecimal number = new BigDecimal(text);
      if (number.signum() < 0) {
        return none(UsageFlags.NEGATIVE_COUNT, flags);
      }
      long count = number.longValueExact();
      if (count <= MAX) {
        return count;
      }
      return none(UsageFlags.INVALID_COUNT, flags);
    } catch (ArithmeticException | NumberFormatException _) {
      return none(UsageFlags.INVALID_COUNT, flags);
    }
  }

  private static @Nullable Long none(String flag, Set<String> flags) {
    flags.add(flag);
    return null;
  }
}
