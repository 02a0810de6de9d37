package xyz.trollllm.server.standin;

import io.undertow.server.AbstractServerConnection;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.SameThreadExecutor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListener;
import org.xnio.IoUtils;
import org.xnio.channels.StreamSinkChannel;

/**
 * Sends one answer step by step. Confined to the I/O thread of its exchange and never blocks it, so
 * that thousands of slow streams cost nothing but their memory.
 *
 * <p>The server does not watch a connection while an answer is under way, so a client that leaves a
 * silent stream is noticed by looking every {@value #LOOK_MILLIS} ms whether its end of the
 * connection is closed.
 */
final class Playback {
  private static final long LOOK_MILLIS = 10;

  /** Shorter pauses need no look: the next write will tell. */
  private static final long LONG_PAUSE_MILLIS = 100;

  private final HttpServerExchange exchange;
  private final Serving serving;
  private final Iterator<Step> steps;
  private ByteBuffer unsent = ByteBuffer.allocate(0);
  private boolean unflushed;
  private long sent;
  private @Nullable StreamSinkChannel channel;

  private Playback(HttpServerExchange exchange, Serving serving, List<Step> steps) {
    this.exchange = exchange;
    this.serving = serving;
    this.steps = steps.iterator();
  }

  static void start(HttpServerExchange exchange, Serving serving, List<Step> steps) {
    Playback playback = new Playback(exchange, serving, steps);
    exchange.dispatch(SameThreadExecutor.INSTANCE, playback::proceed);
  }

  private void proceed() {
    try {
      boolean more = push();
      while (more && steps.hasNext()) {
        more = take(steps.next());
      }
      if (more) {
        serving.ends(Served.State.COMPLETE);
        exchange.endExchange();
      }
    } catch (IOException e) {
      end(Served.State.ABANDONED);
    }
  }

  /** Returns whether to go on at once; if not, {@link #proceed} will be called. */
  private boolean take(Step step) throws IOException {
    return switch (step) {
      case Step.Send(byte[] bytes) -> {
        unsent = ByteBuffer.wrap(bytes);
        unflushed = true;
        yield push();
      }
      case Step.Pause(Duration length) -> {
        resumeAfter(length.toMillis());
        yield false;
      }
      case Step.Await(Gate gate) -> {
        lookUntil(gate);
        yield false;
      }
      case Step.Cut() -> {
        end(Served.State.CUT);
        yield false;
      }
    };
  }

  private boolean push() throws IOException {
    if (!unflushed) {
      return true;
    }
    StreamSinkChannel sink = channel();
    while (unsent.hasRemaining()) {
      int written = sink.write(unsent);
      sent += written;
      serving.sent(sent);
      if (written == 0) {
        sink.resumeWrites();
        return false;
      }
    }
    unflushed = !sink.flush();
    if (unflushed) {
      sink.resumeWrites();
    }
    return !unflushed;
  }

  private StreamSinkChannel channel() {
    if (channel == null) {
      channel = exchange.getResponseChannel();
      ChannelListener<StreamSinkChannel> writable =
          sink -> {
            sink.suspendWrites();
            proceed();
          };
      channel.getWriteSetter().set(writable);
    }
    return channel;
  }

  private void resumeAfter(long millis) {
    if (millis < LONG_PAUSE_MILLIS) {
      after(millis, this::proceed);
    } else if (isClientGone()) {
      end(Served.State.ABANDONED);
    } else {
      after(LOOK_MILLIS, () -> resumeAfter(millis - LOOK_MILLIS));
    }
  }

  private void lookUntil(Gate gate) {
    if (gate.isOpen()) {
      proceed();
    } else if (isClientGone()) {
      end(Served.State.ABANDONED);
    } else {
      after(LOOK_MILLIS, () -> lookUntil(gate));
    }
  }

  private void after(long millis, Runnable action) {
    try {
      var _ = exchange.getIoThread().executeAfter(action, millis, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException closing) {
      end(Served.State.CUT);
    }
  }

  private boolean isClientGone() {
    AbstractServerConnection connection = (AbstractServerConnection) exchange.getConnection();
    try {
      return connection.getOriginalSourceConduit().read(ByteBuffer.allocate(1)) < 0;
    } catch (IOException e) {
      return true;
    }
  }

  private void end(Served.State state) {
    serving.ends(state);
    IoUtils.safeClose(exchange.getConnection());
  }
}
