package xyz.trollllm.proxy.wire;

import java.nio.charset.StandardCharsets;

/** The raw bytes of a key or a scalar, kept up to a cap until their end is seen. */
final class KeptText {
  private static final int CAP = 512;

  private final byte[] bytes = new byte[CAP];
  private int length;
  private boolean overflows;
  private boolean hasEscapes;

  void clear() {
    length = 0;
    overflows = false;
    hasEscapes = false;
  }

  void append(byte b) {
    hasEscapes |= b == '\\';
    if (length < CAP) {
      bytes[length++] = b;
    } else {
      overflows = true;
    }
  }

  /** Whether bytes beyond the cap were dropped. */
  boolean overflows() {
    return overflows;
  }

  /** Replaces escapes by what they stand for. */
  void unescape() {
    if (hasEscapes) {
      length = JsonEscapes.decode(bytes, length);
    }
  }

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
