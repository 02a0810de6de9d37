package xyz.trollllm.proxy.wire;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import xyz.trollllm.proxy.wire.UsageChunk.Removal;

/** The data of one complete event, and where in the event each piece of it stands. */
final class EventData implements SseScanner.Listener {
  /** {@code length} bytes of data, which stand {@code shift} bytes further on in the event. */
  private record Piece(int from, int length, int shift) {}

  private final byte[] event;
  private final List<Piece> pieces = new ArrayList<>();
  private byte[] joined = {};
  private int length;

  private EventData(byte[] event) {
    this.event = event;
  }

  static EventData of(byte[] event, int length) {
    EventData data = new EventData(event);
    new SseScanner(data).scan(event, 0, length);
    return data;
  }

  ByteBuffer json() {
    return pieces.size() == 1
        ? ByteBuffer.wrap(event, pieces.getFirst().shift(), length)
        : ByteBuffer.wrap(joined, 0, length);
  }

  /** Translates ranges of the data to ranges of the event; line ends and field names stay. */
  List<Removal> inEvent(List<Removal> inData) {
    List<Removal> inEvent = new ArrayList<>();
    for (Removal removal : inData) {
      for (Piece piece : pieces) {
        int from = Math.max(removal.from(), piece.from());
        int to = Math.min(removal.to(), piece.from() + piece.length());
        if (from < to) {
          inEvent.add(new Removal(from + piece.shift(), to + piece.shift()));
        }
      }
    }
    return inEvent;
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // tells the event from the line feed between two lines
  public void data(byte[] bytes, int from, int to) {
    if (bytes == event) {
      pieces.add(new Piece(length, to - from, from - length));
    }
    if (joined.length < length + to - from) {
      joined = Arrays.copyOf(joined, Math.max(length + to - from, 2 * joined.length));
    }
    System.arraycopy(bytes, from, joined, length, to - from);
    length += to - from;
  }

  @Override
  public void dispatch(String name) {}
}
