package xyz.trollllm.proxy.wire;

/** Counts the characters of a string without keeping any. */
final class CountedString {
  private final EscapeCounter escapes = new EscapeCounter();
  private long characters;
  private boolean ended = true;

  /** The byte before was the quote that begins the string. */
  void begin() {
    escapes.reset();
    ended = false;
  }

  boolean ended() {
    return ended;
  }

  /** How many characters the last {@link #read} brought: Unicode code points after decoding. */
  long characters() {
    return characters;
  }

  /** Reads to the string's end or to {@code to}, and returns where the next byte is. */
  int read(byte[] bytes, int from, int to) {
    long counted = 0;
    int at = from;
    while (at < to && !ended) {
      byte b = bytes[at++];
      if (escapes.inEscape()) {
        counted += escapes.next(b);
      } else if (b == '"') {
        ended = true;
      } else if (b == '\\') {
        escapes.start();
      } else if ((b & 0xC0) != 0x80) {
        counted++;
      }
    }
    characters = counted;
    return at;
  }
}
