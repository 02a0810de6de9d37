package xyz.trollllm.billing.journal;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Consumer;

/** Finds the records in the bytes of a segment, however much of them is damaged. */
final class SegmentReader {
  private SegmentReader() {}

  /**
   * Tells the payload of every whole record, in their order.
   *
   * @param number the segment's
   * @return how many records were found that are not whole
   */
  static int read(long number, byte[] segment, Consumer<byte[]> payloads) {
    ByteBuffer bytes = ByteBuffer.wrap(segment);
    int damaged = 0;
    int at = 0;
    while (at + Segment.HEAD <= segment.length) {
      if (bytes.getInt(at) != Segment.MAGIC) {
        at += Segment.ALIGNMENT;
        continue;
      }
      int length = bytes.getInt(at + 4);
      if (isWhole(number, segment, bytes, at, length)) {
        int from = at + Segment.HEAD;
        payloads.accept(Arrays.copyOfRange(segment, from, from + length));
        at += (int) Segment.aligned(Segment.HEAD + (long) length);
      } else {
        damaged++;
        at += Segment.ALIGNMENT; // its length may be what is wrong
      }
    }
    return damaged;
  }

  /**
   * The number of the segment that was written here, as its records say.
   *
   * @param expected what it is if any record says so, or if there is none
   */
  static long numberOf(byte[] segment, long expected) {
    ByteBuffer bytes = ByteBuffer.wrap(segment);
    long first = expected;
    for (int at = 0; at + Segment.HEAD <= segment.length; at += Segment.ALIGNMENT) {
      int length = bytes.getInt(at + 4);
      if (bytes.getInt(at) == Segment.MAGIC && isUndamaged(segment, bytes, at, length)) {
        long number = Segment.numberOf(bytes.getInt(at + 12), at);
        if (number == expected) {
          return expected;
        }
        first = first == expected ? number : first;
        at += (int) Segment.aligned(length); // its head is what the loop goes on by
      }
    }
    return first;
  }

  private static boolean isWhole(
      long number, byte[] segment, ByteBuffer bytes, int at, int length) {
    return bytes.getInt(at + 12) == Segment.stamp(number, at)
        && isUndamaged(segment, bytes, at, length);
  }

  private static boolean isUndamaged(byte[] segment, ByteBuffer bytes, int at, int length) {
    return length > 0
        && length <= segment.length - at - Segment.HEAD
        && bytes.getInt(at + 8) == Segment.checksum(segment, at + Segment.HEAD, length);
  }
}
