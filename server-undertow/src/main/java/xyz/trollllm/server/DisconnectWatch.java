package xyz.trollllm.server;

import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpServerConnection;
import java.io.IOException;
import org.xnio.conduits.ConduitStreamSourceChannel;
import org.xnio.conduits.StreamSourceConduit;

/**
 * Notices that a client went away while it waits for an answer.
 *
 * <p>Undertow stops reading from a connection once it has the request, so a silent departure would
 * be noticed at the next write at the earliest. The watch reads the connection below Undertow's own
 * framing, which reads nothing until the answer is complete: the end of the stream means that the
 * client is gone, and bytes of a next request are handed back to Undertow unread.
 */
final class DisconnectWatch {
  private DisconnectWatch() {}

  /** Watches until the exchange completes; {@code gone} runs at most once, on the I/O thread. */
  static void start(HttpServerExchange exchange, Runnable gone) {
    if (!(exchange.getConnection() instanceof HttpServerConnection connection)) {
      return; // other protocols report a reset by themselves
    }
    if (!exchange.isRequestComplete()) {
      return; // what comes is the rest of a refused body, and must never pass for a next request
    }
    ConduitStreamSourceChannel channel = connection.getChannel().getSourceChannel();
    StreamSourceConduit raw = connection.getOriginalSourceConduit();
    channel.setReadListener(_ -> readable(connection, raw, gone));
    raw.resumeReads();
    exchange.addExchangeCompleteListener((_, next) -> {
      channel.setReadListener(null);
      raw.suspendReads();
      next.proceed();
    });
  }

  private static void readable(
      HttpServerConnection connection, StreamSourceConduit raw, Runnable gone) {
    if (connection.getExtraBytes() != null) {
      raw.suspendReads(); // a part of the next request is here already; what follows comes after it
      return;
    }
    PooledByteBuffer pooled = connection.getByteBufferPool().allocate();
    boolean handedOver = false;
    try {
      int read = raw.read(pooled.getBuffer());
      if (read == -1) {
        raw.suspendReads();
        gone.run();
      } else if (read > 0) {
        raw.suspendReads();
        pooled.getBuffer().flip();
        connection.ungetRequestBytes(pooled);
        handedOver = true;
      }
    } catch (IOException reset) {
      raw.suspendReads();
      gone.run();
    } finally {
      if (!handedOver) {
        pooled.close();
      }
    }
  }
}
