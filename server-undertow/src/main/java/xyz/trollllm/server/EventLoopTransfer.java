package xyz.trollllm.server;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.xnio.StreamConnection;
import xyz.trollllm.config.UpstreamConfig;
import xyz.trollllm.proxy.upstream.Upstream;
import xyz.trollllm.proxy.upstream.UpstreamFailure;
import xyz.trollllm.proxy.upstream.UpstreamRequest;
import xyz.trollllm.server.http1.AnswerBody;
import xyz.trollllm.server.http1.AnswerHead;
import xyz.trollllm.server.http1.AnswerHeadParser;
import xyz.trollllm.server.http1.MalformedAnswerException;
import xyz.trollllm.server.http1.RequestHead;

/**
 * One request and its answer, over a connection of the request's own I/O thread and confined to
 * that thread. A failure is always told in a task of its own, so never from inside a method that
 * the listener's owner called.
 */
final class EventLoopTransfer
    implements Upstream.Transfer, UpstreamConnection.User, Dialing.Outcome {
  private final UpstreamConfig config;
  private final ConnectionPool pool;
  private final Origin origin;
  private final Upstream.Listener listener;
  private final Runnable release;
  private final AnswerHeadParser parser = new AnswerHeadParser();
  private @Nullable UpstreamRequest unsent;
  private @Nullable Dialing dialing;
  private @Nullable UpstreamConnection connection;
  private @Nullable AnswerBody body;
  private boolean keepAlive;
  private boolean paused;
  private boolean over;
  private boolean cancelled;

  /** {@code release} is run once, when the transfer is over, however it ends. */
  EventLoopTransfer(
      UpstreamConfig config,
      ConnectionPool pool,
      UpstreamRequest request,
      Upstream.Listener listener,
      Runnable release) {
    this.config = config;
    this.pool = pool;
    this.origin = Origin.of(request.url());
    this.unsent = request;
    this.listener = listener;
    this.release = release;
  }

  void start() {
    connection = pool.take(origin);
    if (connection == null) {
      dialing = pool.dial(origin, config.connectTimeout(), this);
    } else {
      send(connection);
    }
  }

  @Override
  public void notConnected(String reason) {
    fail(new UpstreamFailure.NotConnected(reason));
  }

  @Override
  public void connected(StreamConnection socket) {
    dialing = null;
    connection = pool.adopt(origin, socket);
    if (pool.isClosed()) {
      notConnected(EventLoopUpstream.SHUT_DOWN);
    } else {
      send(connection);
    }
  }

  private void send(UpstreamConnection to) {
    UpstreamRequest request = unsent;
    if (request == null) {
      throw new IllegalStateException("the request was sent already");
    }
    unsent = null;
    to.use(this, new Outgoing(RequestHead.post(request), request.body()));
    if (paused) {
      to.pause();
    }
  }

  @Override
  public void progressed() {
    if (connection != null && body == null) {
      connection.limit(config.responseTimeout());
    }
  }

  @Override
  public void received(ByteBuffer bytes) {
    try {
      if (body == null) {
        receiveHead(bytes);
      }
      if (body != null && !over) {
        receiveBody(body, bytes);
      }
    } catch (MalformedAnswerException e) {
      fail(new UpstreamFailure.Broken(e.reason()));
    } catch (IndexOutOfBoundsException e) {
      fail(new UpstreamFailure.Broken("the answer is not HTTP: " + e.getMessage()));
    }
  }

  private void receiveHead(ByteBuffer bytes) throws MalformedAnswerException {
    AnswerHead head = parser.parse(bytes);
    if (head != null) {
      body = AnswerBody.of(head);
      keepAlive = head.keepsAlive();
      listener.onHead(head.status(), head.headers());
    }
  }

  private void receiveBody(AnswerBody body, ByteBuffer bytes) throws MalformedAnswerException {
    try {
      body.decode(bytes);
    } finally {
      if (bytes.hasRemaining()) {
        listener.onBytes(bytes);
      }
    }
    if (connection != null) {
      if (body.complete()) {
        end(connection, keepAlive && !body.overrun());
      } else {
        connection.limit(config.idleTimeout());
      }
    }
  }

  @Override
  public void closedByUpstream() {
    if (body == null) {
      // A kept connection may be closed while the request is on its way. Nobody can tell whether
      // the upstream saw it, so this does not count as "not connected", which may be tried again.
      broken("the upstream closed the connection without an answer");
    } else if (body.mayEndByClose() && connection != null) {
      end(connection, false);
    } else {
      broken("the upstream closed the connection in the middle of its answer");
    }
  }

  @Override
  public void broken(String reason) {
    fail(new UpstreamFailure.Broken(reason));
  }

  @Override
  public void timedOut() {
    fail(
        body == null
            ? new UpstreamFailure.NoAnswer(config.responseTimeout())
            : new UpstreamFailure.Broken("the upstream was silent for " + config.idleTimeout()));
  }

  private void end(UpstreamConnection used, boolean reusable) {
    over = true;
    connection = null;
    used.release(reusable);
    release.run();
    listener.onEnd();
  }

  /** Ends the transfer; the listener is told in a task of its own. */
  void fail(UpstreamFailure failure) {
    if (!over) {
      giveUp();
      pool.loop()
          .execute(() -> {
            if (!cancelled) {
              listener.onFailure(failure);
            }
          });
    }
  }

  private void giveUp() {
    over = true;
    if (dialing != null) {
      dialing.cancel();
    }
    if (connection != null) {
      connection.close();
      connection = null;
    }
    release.run();
  }

  @Override
  public void pause() {
    paused = true;
    if (connection != null) {
      connection.pause();
    }
  }

  @Override
  public void resume() {
    paused = false;
    if (connection != null) {
      connection.resume(body == null ? config.responseTimeout() : config.idleTimeout());
    }
  }

  @Override
  public void cancel() {
    cancelled = true;
    if (!over) {
      giveUp();
    }
  }
}
