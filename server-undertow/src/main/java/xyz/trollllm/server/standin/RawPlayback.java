package xyz.trollllm.server.standin;

import io.undertow.server.AbstractServerConnection;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.xnio.IoUtils;
import org.xnio.conduits.StreamSinkConduit;

/** Writes bytes to a connection past the HTTP server, which therefore cannot be used again. */
final class RawPlayback {
  private RawPlayback() {}

  static void start(HttpServerExchange exchange, Serving serving, byte[] bytes) {
    Executor worker = exchange.getConnection().getWorker();
    exchange.dispatch(
        write -> {
          try {
            worker.execute(write);
          } catch (RejectedExecutionException closing) {
            serving.ends(Served.State.CUT);
            IoUtils.safeClose(exchange.getConnection());
          }
        },
        () -> write(exchange, serving, bytes));
  }

  private static void write(HttpServerExchange exchange, Serving serving, byte[] bytes) {
    AbstractServerConnection connection = (AbstractServerConnection) exchange.getConnection();
    StreamSinkConduit sink = connection.getOriginalSinkConduit();
    ByteBuffer unsent = ByteBuffer.wrap(bytes);
    try {
      while (unsent.hasRemaining()) {
        if (sink.write(unsent) == 0) {
          sink.awaitWritable();
        }
      }
      serving.sent(bytes.length);
      serving.ends(Served.State.COMPLETE);
    } catch (IOException e) {
      serving.ends(Served.State.ABANDONED);
    } finally {
      IoUtils.safeClose(connection);
    }
  }
}
