package xyz.trollllm.server;

import io.undertow.connector.ByteBufferPool;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.xnio.StreamConnection;

/**
 * The connections of one upstream on one I/O thread, and confined to it: no locks, no hand-over.
 * The connection used last is used first, so that the others can grow old and be closed.
 */
final class ConnectionPool {
  private final XnioEventLoop loop;
  private final ByteBufferPool buffers;
  private final HostResolver resolver;
  private final TlsClient tls;
  private final Duration idleLimit;
  private final Map<Origin, Deque<UpstreamConnection>> idle = new HashMap<>();
  private final Set<UpstreamConnection> open = new HashSet<>();
  private boolean closed;

  ConnectionPool(
      XnioEventLoop loop,
      ByteBufferPool buffers,
      HostResolver resolver,
      TlsClient tls,
      Duration idleLimit) {
    this.loop = loop;
    this.buffers = buffers;
    this.resolver = resolver;
    this.tls = tls;
    this.idleLimit = idleLimit;
  }

  XnioEventLoop loop() {
    return loop;
  }

  /** An idle connection that is still alive, as far as this side can know. */
  @Nullable UpstreamConnection take(Origin origin) {
    Deque<UpstreamConnection> candidates = idle.get(origin);
    while (candidates != null && !candidates.isEmpty()) {
      UpstreamConnection connection = candidates.removeLast();
      if (connection.isAlive()) {
        return connection;
      }
      connection.close();
    }
    return null;
  }

  /** Begins to connect; the outcome may be told at once. */
  Dialing dial(Origin origin, Duration limit, Dialing.Outcome outcome) {
    Dialing dialing = new Dialing(origin, loop, origin.secure() ? tls : null, outcome);
    dialing.start(resolver, limit);
    return dialing;
  }

  UpstreamConnection adopt(Origin origin, StreamConnection socket) {
    UpstreamConnection connection = new UpstreamConnection(origin, socket, buffers, this);
    open.add(connection);
    return connection;
  }

  /** Keeps a connection that is not in use; returns whether it will be used again. */
  boolean keep(UpstreamConnection connection) {
    if (!closed) {
      idle.computeIfAbsent(connection.origin(), _ -> new ArrayDeque<>()).addLast(connection);
    }
    return !closed;
  }

  void forget(UpstreamConnection connection) {
    open.remove(connection);
    Deque<UpstreamConnection> candidates = idle.get(connection.origin());
    if (candidates != null) {
      candidates.remove(connection);
    }
  }

  /** How long a connection that is not in use is kept. */
  Duration idleLimit() {
    return idleLimit;
  }

  boolean isClosed() {
    return closed;
  }

  /** Closes what is idle and breaks what is in use; nothing is kept any more. */
  void close() {
    closed = true;
    List.copyOf(open).forEach(UpstreamConnection::shutDown);
  }
}
