package xyz.trollllm.server;

import io.undertow.connector.ByteBufferPool;
import io.undertow.connector.PooledByteBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.conduits.ConduitStreamSinkChannel;
import org.xnio.conduits.ConduitStreamSourceChannel;
import xyz.trollllm.proxy.upstream.Deadline;

/**
 * One connection to an upstream, serving one user after the other. Confined to its I/O thread. A
 * buffer is held only while there are bytes to be read.
 */
final class UpstreamConnection {
  /** Other connections of the thread get their turn after this many buffers. */
  private static final int MOST_READS = 16;

  private final Origin origin;
  private final StreamConnection socket;
  private final ByteBufferPool buffers;
  private final ConnectionPool pool;
  private final Deadline deadline;
  private @Nullable User user;
  private @Nullable Outgoing outgoing;
  private boolean sent;
  private boolean paused;
  private boolean closed;

  UpstreamConnection(
      Origin origin, StreamConnection socket, ByteBufferPool buffers, ConnectionPool pool) {
    this.origin = origin;
    this.socket = socket;
    this.buffers = buffers;
    this.pool = pool;
    this.deadline = new Deadline(pool.loop(), this::timedOut);
    socket.getSourceChannel().setReadListener(this::readable);
    socket.getSinkChannel().setWriteListener(this::writable);
    socket.getCloseSetter().set(_ -> broken("the connection was closed"));
  }

  /** Who uses the connection at present. */
  interface User {
    /** Part of the request went out, perhaps all that ever will. */
    void progressed();

    /** Bytes came in; they are valid during this call only. */
    void received(ByteBuffer bytes);

    /** The upstream closed its side. */
    void closedByUpstream();

    void broken(String reason);

    void timedOut();
  }

  Origin origin() {
    return origin;
  }

  /** Sends a request and hands everything that comes back to {@code user}, until released. */
  void use(User newUser, Outgoing request) {
    user = newUser;
    outgoing = request;
    sent = false;
    paused = false;
    socket.getSourceChannel().resumeReads();
    writable(socket.getSinkChannel());
  }

  /** Whether the whole request went out. */
  boolean sent() {
    return sent;
  }

  private void writable(ConduitStreamSinkChannel sink) {
    if (outgoing == null || user == null) {
      sink.suspendWrites();
      return;
    }
    try {
      if (outgoing.writeTo(sink) && sink.flush()) {
        outgoing = null;
        sent = true;
        sink.suspendWrites();
      } else {
        sink.resumeWrites();
      }
    } catch (IOException _) {
      // The upstream refuses the rest. Its answer may have come already and say why; if there is
      // none, reading will fail too.
      outgoing = null;
      sink.suspendWrites();
    }
    if (user != null) {
      user.progressed();
    }
  }

  private void readable(ConduitStreamSourceChannel source) {
    User reader = user;
    if (reader == null) {
      if (!isAlive()) {
        close();
      }
      return;
    }
    try (PooledByteBuffer pooled = buffers.allocate()) {
      read(reader, source, pooled.getBuffer());
    } catch (IOException e) {
      broken("the connection broke: " + e.getMessage());
    }
  }

  private void read(User reader, ConduitStreamSourceChannel source, ByteBuffer buffer)
      throws IOException {
    int last = 1;
    for (int reads = 0; last > 0 && reads < MOST_READS && isReading(reader); reads++) {
      try {
        last = fill(buffer.clear(), source);
      } finally {
        if (buffer.flip().hasRemaining()) {
          reader.received(buffer);
        }
      }
      if (last < 0 && isReading(reader)) {
        reader.closedByUpstream();
      }
    }
  }

  /**
   * Reads what is there; returns a positive number if there may be more, -1 at the end. TLS returns
   * one record at a time, and a burst of small ones should be passed on as a single piece.
   */
  private int fill(ByteBuffer buffer, ConduitStreamSourceChannel source) throws IOException {
    int last = source.read(buffer);
    if (!origin.secure()) {
      return last > 0 && buffer.hasRemaining() ? 0 : last;
    }
    while (last > 0 && buffer.hasRemaining()) {
      last = source.read(buffer);
    }
    return last;
  }

  private boolean isReading(User reader) {
    return reader.equals(user) && !paused;
  }

  /** Stops reading; no time limit runs meanwhile. */
  void pause() {
    paused = true;
    deadline.clear();
    socket.getSourceChannel().suspendReads();
  }

  void resume(Duration limit) {
    paused = false;
    limit(limit);
    socket.getSourceChannel().resumeReads();
  }

  /** Gives the upstream this much time from now on, unless reading is paused. */
  void limit(Duration time) {
    if (!paused && !closed) {
      deadline.set(time);
    }
  }

  private void timedOut() {
    if (user == null) {
      close();
    } else {
      user.timedOut();
    }
  }

  /** Ends the current use. What may be reused is kept for the next request, the rest is closed. */
  void release(boolean reusable) {
    user = null;
    if (reusable && sent && pool.keep(this)) {
      paused = false;
      deadline.set(pool.idleLimit());
      socket.getSourceChannel().resumeReads();
    } else {
      close();
    }
  }

  /** Whether an idle connection was neither closed by the upstream nor sent anything unasked. */
  boolean isAlive() {
    try (PooledByteBuffer pooled = buffers.allocate()) {
      return socket.getSourceChannel().read(pooled.getBuffer()) == 0;
    } catch (IOException _) {
      return false;
    }
  }

  private void broken(String reason) {
    User last = user;
    close();
    if (last != null) {
      last.broken(reason);
    }
  }

  /** Closes the connection although it may be in use. */
  void shutDown() {
    broken(EventLoopUpstream.SHUT_DOWN);
  }

  /** Closes the connection at once; its user hears nothing more. */
  void close() {
    if (!closed) {
      closed = true;
      user = null;
      outgoing = null;
      deadline.stop();
      pool.forget(this);
      IoUtils.safeClose(socket);
    }
  }
}
