package xyz.trollllm.server;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.HttpString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.Options;
import org.xnio.XnioExecutor;
import org.xnio.channels.StreamSinkChannel;
import xyz.trollllm.proxy.ClientExchange;
import xyz.trollllm.proxy.Headers;

/**
 * One exchange of Undertow as the proxy sees its client. Confined to the exchange's I/O thread.
 *
 * <p>Bytes the connection does not take at once are copied and sent when it is writable again; the
 * proxy stops reading from the upstream meanwhile, so that little more than one read is ever kept.
 */
final class UndertowClientExchange implements ClientExchange {
  /** A client that takes no byte for so long is gone, as far as its upstream is concerned. */
  private static final int PATIENCE_SECONDS = 60;

  private final HttpServerExchange exchange;
  private final Runnable whenOver;
  private final Deque<ByteBuffer> pending = new ArrayDeque<>();

  private @Nullable Listener listener;
  private @Nullable StreamSinkChannel channel;
  private XnioExecutor.@Nullable Key stalled;
  private boolean writeWaits;
  private boolean ending;
  private boolean closed;

  /**
   * @param whenOver is run when the call is over, which may be long after the exchange if the
   *     client left
   */
  UndertowClientExchange(HttpServerExchange exchange, Runnable whenOver) {
    this.exchange = exchange;
    this.whenOver = whenOver;
  }

  @Override
  public void listen(Listener whoListens) {
    listener = whoListens;
    DisconnectWatch.start(exchange, this::gone);
  }

  @Override
  public void sendHead(int status, Headers headers, long contentLength) {
    if (closed) {
      return;
    }
    exchange.setStatusCode(status);
    headers.forEach(
        (name, value) -> exchange.getResponseHeaders().add(HttpString.tryFromString(name), value));
    if (contentLength >= 0) {
      exchange.setResponseContentLength(contentLength);
    }
    channel = exchange.getResponseChannel();
    channel.getWriteSetter().set(_ -> sendPending());
    if (contentLength < 0) {
      sendPending(); // the head of a stream goes out before its first event
    }
  }

  @Override
  public boolean write(ByteBuffer bytes) {
    if (closed) {
      return true;
    }
    if (pending.isEmpty()) {
      sendNow(bytes);
    }
    if (bytes.hasRemaining() && !closed) {
      ByteBuffer copy = ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
      pending.add(copy);
      waitUntilWritable();
    }
    return pending.isEmpty();
  }

  @Override
  public void end() {
    ending = true;
    if (!closed && pending.isEmpty()) {
      finish();
    }
  }

  @Override
  public void reset() {
    if (!closed) {
      close();
    }
  }

  @Override
  public void over() {
    whenOver.run();
  }

  private void sendNow(ByteBuffer bytes) {
    StreamSinkChannel sink = channel();
    try {
      int written = 1;
      while (written > 0 && bytes.hasRemaining()) {
        written = sink.write(bytes);
      }
      if (!sink.flush()) {
        waitUntilWritable();
      }
    } catch (IOException gone) {
      goneLater();
    }
  }

  private void sendPending() {
    if (closed && !ending) {
      return;
    }
    stopWaiting();
    StreamSinkChannel sink = channel();
    try {
      while (!pending.isEmpty()) {
        ByteBuffer next = pending.getFirst();
        if (sink.write(next) == 0) {
          waitUntilWritable();
          return;
        }
        if (!next.hasRemaining()) {
          pending.removeFirst();
        }
      }
      if (!sink.flush()) {
        waitUntilWritable();
        return;
      }
    } catch (IOException gone) {
      goneLater();
      return;
    }
    sink.suspendWrites();
    boolean waited = writeWaits;
    writeWaits = false;
    if (ending) {
      finish();
    } else if (waited && listener != null) {
      listener.onWritable();
    }
  }

  private void waitUntilWritable() {
    writeWaits = true;
    channel().resumeWrites();
    if (stalled == null) {
      stalled = exchange.getIoThread().executeAfter(this::gone, PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
  }

  private void stopWaiting() {
    if (stalled != null) {
      stalled.remove();
      stalled = null;
    }
  }

  private void finish() {
    closed = true;
    stopWaiting();
    channel().suspendWrites();
    exchange.endExchange();
  }

  /** The client is gone, as a write that failed found out: told outside of the caller's step. */
  private void goneLater() {
    close();
    exchange.getIoThread().execute(this::tellGone);
  }

  private void gone() {
    if (!closed) {
      close();
      tellGone();
    }
  }

  private void tellGone() {
    if (listener != null) {
      listener.onGone();
    }
  }

  /** Closes so that the client cannot take what it has for a complete answer. */
  private void close() {
    closed = true;
    stopWaiting();
    pending.clear();
    try {
      exchange.getConnection().setOption(Options.CLOSE_ABORT, true);
    } catch (IOException | IllegalArgumentException notSupported) {
      // an ordinary close in the midst of an answer tells as much
    }
    IoUtils.safeClose(exchange.getConnection());
    exchange.endExchange();
  }

  private StreamSinkChannel channel() {
    if (channel == null) {
      throw new IllegalStateException("the head has to be sent first");
    }
    return channel;
  }
}
