package xyz.trollllm.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.xnio.conduits.ConduitStreamSinkChannel;

/**
 * A request on its way out: head and body slices, written where they lie. Used once, by one thread.
 */
final class Outgoing {
  /** Heap buffers are copied for the system call; this bounds the copy that the JDK keeps. */
  private static final int MOST_AT_ONCE = 128 * 1024;

  private final ByteBuffer[] buffers;
  private int first;

  Outgoing(ByteBuffer head, List<ByteBuffer> body) {
    buffers = new ByteBuffer[body.size() + 1];
    buffers[0] = head;
    for (int i = 0; i < body.size(); i++) {
      buffers[i + 1] = body.get(i).duplicate();
    }
  }

  /** Writes until everything is out or the socket is full; returns whether everything is out. */
  boolean writeTo(ConduitStreamSinkChannel sink) throws IOException {
    while (skipWritten()) {
      if (writeSome(sink) == 0) {
        return false;
      }
    }
    return true;
  }

  private boolean skipWritten() {
    while (first < buffers.length && !buffers[first].hasRemaining()) {
      first++;
    }
    return first < buffers.length;
  }

  private long writeSome(ConduitStreamSinkChannel sink) throws IOException {
    int last = first;
    int total = buffers[first].remaining();
    while (total < MOST_AT_ONCE && last + 1 < buffers.length) {
      last++;
      total += buffers[last].remaining();
    }
    ByteBuffer cut = buffers[last];
    int limit = cut.limit();
    cut.limit(limit - Math.max(0, total - MOST_AT_ONCE));
    try {
      return sink.write(buffers, first, last - first + 1);
    } finally {
      cut.limit(limit);
    }
  }
}
