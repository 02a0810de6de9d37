package xyz.trollllm.proxy.wire;

/** Recognises {@code [DONE]}, the data by which OpenAI ends its streams. */
final class DoneMarker {
  private static final byte[] DONE = {'[', 'D', 'O', 'N', 'E', ']'};

  private int matched;
  private boolean differs;

  void clear() {
    matched = 0;
    differs = false;
  }

  /** Looks at no more bytes than it takes to tell. */
  void feed(byte[] bytes, int from, int to) {
    for (int at = from; at < to && !differs; at++) {
      if (matched < DONE.length && bytes[at] == DONE[matched]) {
        matched++;
      } else {
        differs = bytes[at] != ' ' && bytes[at] != '\n';
      }
    }
  }

  boolean matched() {
    return matched == DONE.length && !differs;
  }
}
