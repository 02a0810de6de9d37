package xyz.trollllm.proxy;

import java.nio.ByteBuffer;

/** Knows whether the bytes relayed so far end between two events of a stream. One per answer. */
final class EventBoundary {
  private byte last = '\n';
  private byte beforeLast = '\n';
  private byte thirdLast;

  void observe(ByteBuffer bytes) {
    for (int i = Math.max(bytes.position(), bytes.limit() - 3); i < bytes.limit(); i++) {
      thirdLast = beforeLast;
      beforeLast = last;
      last = bytes.get(i);
    }
  }

  /** True at the start and after an empty line, whichever of LF, CRLF and CR ends lines. */
  boolean isBetweenEvents() {
    boolean emptyLine = last == '\n' && beforeLast == '\n';
    boolean emptyLineWithCarriageReturn = last == '\n' && beforeLast == '\r' && thirdLast == '\n';
    boolean emptyCarriageReturnLine = last == '\r' && beforeLast == '\r';
    return emptyLine || emptyLineWithCarriageReturn || emptyCarriageReturnLine;
  }
}
