package xyz.trollllm.proxy.wire;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Takes usage out of an OpenAI event stream again when it was not the client who asked for it. One
 * per stream, used by one thread.
 *
 * <p>An event is held back until it is complete and then released at once, changed only as {@link
 * UsageChunk} says; the cuts between reads do not matter. An event larger than a fixed cap passes
 * through as it is, so memory is bounded.
 */
public final class UsageChunkFilter {
  /** Far above any chunk with usage, which is what is looked for. */
  private static final int MAX_EVENT = 1 << 20;

  private static final int FIRST_SIZE = 4096;
  private static final byte[] NOTHING = {};

  private final ByteReader reader = new ByteReader(this::read);
  private byte[] event = NOTHING;
  private int eventLength;
  private boolean tooLarge;

  private boolean lineIsEmpty = true;
  private boolean afterCarriageReturn;
  private boolean afterEvent;
  private boolean lastEventWasRemoved;

  private byte[] released = NOTHING;
  private int releasedLength;

  /**
   * Takes all remaining bytes, without changing the buffer, and returns what can go to the client:
   * possibly nothing, possibly more than came. The result is the caller's to keep.
   */
  public ByteBuffer filter(ByteBuffer bytes) {
    reader.read(bytes);
    return released();
  }

  /** Returns what was held back, after the last byte of the stream. */
  public ByteBuffer finish() {
    endEvent();
    return released();
  }

  private ByteBuffer released() {
    ByteBuffer result = ByteBuffer.wrap(released, 0, releasedLength);
    released = NOTHING;
    releasedLength = 0;
    return result;
  }

  private void read(byte[] bytes, int from, int to) {
    int kept = from;
    for (int at = from; at < to; at++) {
      byte b = bytes[at];
      boolean eventEnds = false;
      if (b == '\n' && afterCarriageReturn) {
        if (afterEvent) { // the second half of the line end of an event that is already gone
          releaseUnless(lastEventWasRemoved, bytes, at);
          kept = at + 1;
        }
      } else if (b == '\n' || b == '\r') {
        eventEnds = lineIsEmpty;
        lineIsEmpty = true;
      } else {
        lineIsEmpty = false;
      }
      if (eventEnds) {
        hold(bytes, kept, at + 1);
        kept = at + 1;
        endEvent();
      }
      afterEvent = eventEnds;
      afterCarriageReturn = b == '\r';
    }
    hold(bytes, kept, to);
  }

  private void releaseUnless(boolean removed, byte[] bytes, int at) {
    if (!removed) {
      release(bytes, at, at + 1);
    }
  }

  private void hold(byte[] bytes, int from, int to) {
    int length = to - from;
    if (!tooLarge && eventLength + length > MAX_EVENT) {
      tooLarge = true;
      release(event, 0, eventLength);
      eventLength = 0;
    }
    if (tooLarge) {
      release(bytes, from, to);
      return;
    }
    event = grown(event, eventLength + length);
    System.arraycopy(bytes, from, event, eventLength, length);
    eventLength += length;
  }

  private void endEvent() {
    int before = releasedLength;
    int kept = 0;
    for (UsageChunk.Removal removal : UsageChunk.removals(event, eventLength)) {
      release(event, kept, removal.from());
      kept = removal.to();
    }
    release(event, kept, eventLength);
    lastEventWasRemoved = eventLength > 0 && releasedLength == before;
    eventLength = 0;
    tooLarge = false;
  }

  private void release(byte[] bytes, int from, int to) {
    released = grown(released, releasedLength + to - from);
    System.arraycopy(bytes, from, released, releasedLength, to - from);
    releasedLength += to - from;
  }

  private static byte[] grown(byte[] bytes, int length) {
    return length <= bytes.length
        ? bytes
        : Arrays.copyOf(bytes, Math.max(length, Math.max(2 * bytes.length, FIRST_SIZE)));
  }
}
