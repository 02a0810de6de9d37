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
    append(first);
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
    for (int at = from; at < to; at++) {
      byte b = source[at];
      if (escaped) {
        escaped = false;
      } else if (b == '"') {
        endString();
        return at + 1;
      } else if (b == '\\') {
        escaped = true;
        hasEscapes = true;
      }
      append(b);
    }
    return to;
  }

  /** As {@link #readString} for a number or a literal, which what comes after it ends. */
  int readBare(byte[] source, int from, int to) {
    for (int at = from; at < to; at++) {
      byte b = source[at];
      if (b == ',' || b == '}' || b == ']' || b == ' ' || b == '\n' || b == '\r' || b == '\t') {
        ended = true;
        return at;
      }
      append(b);
    }
    return to;
  }

  private void endString() {
    if (hasEscapes) {
      length = JsonEscapes.decode(bytes, length);
    }
    ended = true;
  }

  private void append(byte b) {
    if (length < CAP) {
      bytes[length++] = b;
    } else {
      overflows = true;
    }
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
