package xyz.trollllm.proxy;

import java.nio.ByteBuffer;

/**
 * Drops the UTF-8 byte order mark that a stream may begin with, however it is cut: some clients
 * take it for a part of the first event's name and lose that event. One per stream.
 */
final class ByteOrderMark {
  private static final byte[] MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  private int matched;
  private boolean over;

  /** Returns what of {@code bytes} goes on, possibly with bytes that were withheld before. */
  ByteBuffer drop(ByteBuffer bytes) {
    if (over) {
      return bytes;
    }
    int earlier = matched;
    while (bytes.hasRemaining() && matched < MARK.length) {
      if (bytes.get(bytes.position()) != MARK[matched]) {
        over = true;
        return earlier == 0 && matched == 0 ? bytes : withMark(bytes);
      }
      bytes.get();
      matched++;
    }
    over = matched == MARK.length;
    return bytes;
  }

  /** What was withheld and turned out to be no mark, as the stream is over. */
  ByteBuffer rest() {
    return over ? ByteBuffer.allocate(0) : ByteBuffer.wrap(MARK, 0, matched).slice();
  }

  private ByteBuffer withMark(ByteBuffer bytes) {
    return ByteBuffer.allocate(matched + bytes.remaining()).put(MARK, 0, matched).put(bytes).flip();
  }
}
