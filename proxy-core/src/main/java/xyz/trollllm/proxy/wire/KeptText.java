package xyz.trollllm.proxy.wire;

import java.nio.charset.StandardCharsets;

/** A key or a scalar, of which at most so many bytes are kept until its end is seen. */
final class KeptText {
  private static final int CAP = 512;

  private final byte[] bytes = new byte[CAP];
  private int length;
  private boolean overflows;
  private boolean hasEscapes;

  /** Whether the byte to come is the second of an escape. */
  private boolean escaped;

  private boolean ended = true;

  /** The byte before was the quote that begins a string. */
  void begin() {
    length = 0;
    overflows = false;
    hasEscapes = false;
    escaped = false;
    ended = false;
  }

  /** A number or a literal begins with {@code first}. */
  void begin(byte first) {
    begin();
    bytes[length++] = first;
  }

  boolean ended() {
    return ended;
  }

  /** Whether bytes beyond the cap were dropped. */
  boolean overflows() {
    return overflows;
  }

  /** Reads to the string's end or to {@code to}, and returns where the next byte is. */
  int readString(byte[] source, int from, int to) {
    int at = from;
    while (at < to && (escaped || source[at] != '"')) {
      escaped = !escaped && source[at] == '\\';
      hasEscapes |= escaped;
      at++;
    }
    keep(source, from, at);
    if (at == to) {
      return to;
    }
    if (hasEscapes) {
      length = JsonEscapes.decode(bytes, length);
    }
    ended = true;
    return at + 1;
  }

  /** As {@link #readString} for a number or a literal, which what comes after it ends. */
  int readBare(byte[] source, int from, int to) {
    int at = from;
    while (at < to && !endsBare(source[at])) {
      at++;
    }
    keep(source, from, at);
    ended = at < to;
    return at;
  }

  private static boolean endsBare(byte b) {
    return b == ',' || b == '}' || b == ']' || b == ' ' || b == '\n' || b == '\r' || b == '\t';
  }

  private void keep(byte[] source, int from, int to) {
    int kept = Math.min(to - from, CAP - length);
    System.arraycopy(source, from, bytes, length, kept);
    length += kept;
    overflows |= kept < to - from;
  }

  /** The bytes kept, of which {@link #length()} count: of a string, after decoding. */
  byte[] bytes() {
    return bytes;
  }

  int length() {
    return length;
  }

  @Override
  public String toString() {
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }
}
