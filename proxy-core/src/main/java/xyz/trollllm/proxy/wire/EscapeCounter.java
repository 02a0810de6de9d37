package xyz.trollllm.proxy.wire;

/**
 * Counts the characters that JSON escapes stand for, byte by byte: one each, and one for the two
 * escapes of a surrogate pair.
 */
final class EscapeCounter {
  private static final int NONE = -1;
  private static final int KIND = 0;
  private static final int LAST_DIGIT = 4;

  /** Where inside an escape: at its kind, or at this digit of a unit. */
  private int at = NONE;

  private int unit;

  void reset() {
    at = NONE;
  }

  boolean inEscape() {
    return at != NONE;
  }

  void start() {
    at = KIND;
    unit = 0;
  }

  /** Takes the next byte of the escape and returns how many characters it completes. */
  int next(byte b) {
    if (at == KIND) {
      at = b == 'u' ? 1 : NONE;
      return b == 'u' ? 0 : 1;
    }
    unit = unit * 16 + Character.digit(b, 16);
    if (at < LAST_DIGIT) {
      at++;
      return 0;
    }
    at = NONE;
    return Character.isLowSurrogate((char) unit) ? 0 : 1;
  }
}
