package xyz.trollllm.proxy.wire;

/**
 * Passes over a string or a container of which nothing is wanted, however long or deep it is:
 * strings by looking for their end, containers by counting brackets outside of strings.
 */
final class SkippedValue {
  private long depth;
  private boolean inString;

  /** Whether the byte to come is the second of an escape. */
  private boolean escaped;

  private boolean ended = true;

  /** The byte before was the quote that begins a string. */
  void string() {
    begin(0, true);
  }

  /** The byte before was the bracket that begins a container. */
  void container() {
    begin(1, false);
  }

  private void begin(int bracketsOpen, boolean string) {
    depth = bracketsOpen;
    inString = string;
    escaped = false;
    ended = false;
  }

  boolean ended() {
    return ended;
  }

  /** Reads to the value's end or to {@code to}, and returns where the next byte is. */
  int read(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to && !ended) {
      at = inString ? inString(bytes, at, to) : inContainer(bytes, at, to);
    }
    return at;
  }

  private int inString(byte[] bytes, int from, int to) {
    int at = from;
    if (escaped) {
      escaped = false;
      at++;
    }
    at = ByteSearch.either(bytes, at, to, '"', '\\');
    while (at < to && bytes[at] == '\\') {
      escaped = at + 1 == to;
      at = ByteSearch.either(bytes, Math.min(at + 2, to), to, '"', '\\');
    }
    if (at == to) {
      return to;
    }
    inString = false;
    ended = depth == 0;
    return at + 1;
  }

  private int inContainer(byte[] bytes, int from, int to) {
    for (int at = from; at < to; at++) {
      switch (bytes[at]) {
        case '"' -> {
          inString = true;
          return at + 1;
        }
        case '{', '[' -> depth++;
        case '}', ']' -> {
          depth--;
          if (depth == 0) {
            ended = true;
            return at + 1;
          }
        }
        default -> {}
      }
    }
    return to;
  }
}
