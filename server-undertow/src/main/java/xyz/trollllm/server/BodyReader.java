package xyz.trollllm.server;

import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.XnioExecutor;
import org.xnio.channels.StreamSourceChannel;

/**
 * Reads a request's whole body without blocking, up to a limit. One per request, confined to its
 * I/O thread. Undertow's own reader closes the connection at its limit before anything can be said.
 */
final class BodyReader {
  private static final int FIRST_BYTES = 64 * 1024;
  private static final int PATIENCE_SECONDS = 30;

  private final HttpServerExchange exchange;
  private final long maxBytes;
  private final Consumer<ByteBuffer> complete;
  private final Runnable tooLarge;

  private byte[] body;
  private int length;
  private XnioExecutor.@Nullable Key stalled;

  private BodyReader(
      HttpServerExchange exchange,
      long maxBytes,
      Consumer<ByteBuffer> complete,
      Runnable tooLarge) {
    this.exchange = exchange;
    this.maxBytes = maxBytes;
    this.complete = complete;
    this.tooLarge = tooLarge;
    long announced = exchange.getRequestContentLength();
    // An announcement costs nothing; memory is taken as bytes come.
    this.body = new byte[(int) (announced < 0 ? FIRST_BYTES : Math.min(announced, FIRST_BYTES))];
  }

  /**
   * Calls one of both, at once or when enough has come; neither if the client leaves or stops
   * sending.
   */
  static void read(
      HttpServerExchange exchange,
      long maxBytes,
      Consumer<ByteBuffer> complete,
      Runnable tooLarge) {
    if (exchange.getRequestContentLength() > maxBytes) {
      tooLarge.run();
    } else {
      new BodyReader(exchange, maxBytes, complete, tooLarge).readFrom(exchange.getRequestChannel());
    }
  }

  private void readFrom(StreamSourceChannel channel) {
    if (stalled != null) {
      stalled.remove();
    }
    try (PooledByteBuffer pooled = exchange.getConnection().getByteBufferPool().allocate()) {
      ByteBuffer buffer = pooled.getBuffer();
      while (true) {
        buffer.clear();
        int read = channel.read(buffer);
        if (read == 0) {
          channel.getReadSetter().set(this::readFrom);
          channel.resumeReads();
          stalled =
              exchange.getIoThread().executeAfter(this::giveUp, PATIENCE_SECONDS, TimeUnit.SECONDS);
          return;
        }
        if (read == -1) {
          channel.suspendReads();
          complete.accept(ByteBuffer.wrap(body, 0, length));
          return;
        }
        if (length + (long) read > maxBytes) {
          channel.suspendReads();
          tooLarge.run();
          return;
        }
        append(buffer.flip());
      }
    } catch (IOException gone) {
      giveUp();
    }
  }

  private void giveUp() {
    giveUp(exchange);
  }

  /** Hangs up on a client that does not get to the end of its body. */
  static void giveUp(HttpServerExchange exchange) {
    IoUtils.safeClose(exchange.getConnection());
    exchange.endExchange();
  }

  private void append(ByteBuffer bytes) {
    int needed = length + bytes.remaining();
    if (needed > body.length) {
      body = Arrays.copyOf(body, (int) Math.min(maxBytes, Math.max(needed, 2L * body.length)));
    }
    int read = bytes.remaining();
    bytes.get(body, length, read);
    length += read;
  }
}
