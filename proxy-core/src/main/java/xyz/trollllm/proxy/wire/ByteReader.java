package xyz.trollllm.proxy.wire;

import java.nio.ByteBuffer;

/** Gives access to a buffer's bytes as array ranges, copying only where there is no array. */
final class ByteReader {
  private static final int BYTES_AT_A_TIME = 8192;

  /**
   * Takes bytes {@code from} (inclusive) to {@code to} (exclusive) of an array it must not keep.
   */
  @FunctionalInterface
  interface Sink {
    void accept(byte[] bytes, int from, int to);
  }

  private final Sink sink;
  private byte[] copy = {};

  ByteReader(Sink sink) {
    this.sink = sink;
  }

  /** Reads all remaining bytes without changing the buffer. */
  void read(ByteBuffer bytes) {
    if (bytes.hasArray()) {
      int from = bytes.arrayOffset() + bytes.position();
      sink.accept(bytes.array(), from, from + bytes.remaining());
      return;
    }
    if (copy.length == 0) {
      copy = new byte[BYTES_AT_A_TIME];
    }
    ByteBuffer unread = bytes.duplicate();
    while (unread.hasRemaining()) {
      int length = Math.min(unread.remaining(), copy.length);
      unread.get(copy, 0, length);
      sink.accept(copy, 0, length);
    }
  }
}
