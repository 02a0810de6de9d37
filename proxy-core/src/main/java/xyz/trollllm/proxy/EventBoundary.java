package xyz.trollllm.proxy;

import java.nio.ByteBuffer;

/** Knows whether the bytes relayed so far end between two events of a stream. One per answer. */
final class EventBoundary {
  private byte last = '\n';
  private byte beforeLast = '\n';
  private byte thirdLast = '\n';

  void observe(ByteBuffer bytes) {
    for (int i = Math.max(bytes.position(), bytes.limit() - 3); i < bytes.limit(); i++) {
      thirdLast = beforeLast;
      beforeLast = last;
      last = bytes.get(i);
    }
  }

  /** The part of {@code bytes} before the next place between two events; all if there is none. */
  ByteBuffer upToNext(ByteBuffer bytes) {
    EventBoundary ahead = new EventBoundary();
    ahead.last = last;
    ahead.beforeLast = beforeLast;
    ahead.thirdLast = thirdLast;
    int length = 0;
    while (length < bytes.remaining() && !ahead.isBetweenEvents()) {
      length++;
      ahead.observe(bytes.slice(bytes.position(), length));
    }
    return bytes.slice(bytes.position(), length);
  }

  /** True at the start and after an empty line, whichever of LF, CRLF and CR ends lines. */
  boolean isBetweenEvents() {
    boolean endedByBoth = last == '\n' && beforeLast == '\r';
    return isLineEnd(last) && isLineEnd(endedByBoth ? thirdLast : beforeLast);
  }

  /**
   * Whether an event of ours may come before the rest of the stream. After a CR it may not: it
   * might be the first half of a line end.
   */
  boolean admitsAnother() {
    return last == '\n' && isBetweenEvents();
  }

  private static boolean isLineEnd(byte b) {
    return b == '\n' || b == '\r';
  }
}
