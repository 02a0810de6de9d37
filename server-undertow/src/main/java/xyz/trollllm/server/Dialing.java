package xyz.trollllm.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.xnio.IoFuture;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.StreamConnection;
import org.xnio.conduits.ConduitStreamSourceChannel;
import org.xnio.ssl.SslConnection;
import xyz.trollllm.proxy.EventLoop;

/**
 * The way to one new connection: resolve the name, connect to the first address that answers, shake
 * hands. Confined to its I/O thread; unless cancelled it tells its outcome exactly once.
 */
final class Dialing {
  private static final OptionMap OPTIONS =
      OptionMap.create(Options.TCP_NODELAY, true, Options.KEEP_ALIVE, true);

  private final Origin origin;
  private final XnioEventLoop loop;
  private final @Nullable TlsClient tls;
  private final Outcome outcome;
  private Iterator<InetAddress> addresses = Collections.emptyIterator();
  private EventLoop.@Nullable Timer timer;
  private @Nullable IoFuture<StreamConnection> attempt;
  private @Nullable StreamConnection connection;
  private boolean over;

  Dialing(Origin origin, XnioEventLoop loop, @Nullable TlsClient tls, Outcome outcome) {
    this.origin = origin;
    this.loop = loop;
    this.tls = tls;
    this.outcome = outcome;
  }

  /** Who wants the connection. */
  interface Outcome {
    void connected(StreamConnection connection);

    void notConnected(String reason);
  }

  void start(HostResolver resolver, Duration limit) {
    timer = loop.schedule(limit, () -> fail("no connection to " + origin + " within " + limit));
    List<InetAddress> known = resolver.resolve(origin.host(), found -> hop(() -> resolved(found)));
    if (known != null) {
      resolved(known);
    }
  }

  /** Back from another thread. A loop that has ended took everyone who waits here with it. */
  private void hop(Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException _) {
      IoUtils.safeClose(connection);
    }
  }

  private void resolved(List<InetAddress> found) {
    addresses = found.iterator();
    tryNext("the name " + origin.host() + " cannot be resolved");
  }

  private void tryNext(String reasonIfNone) {
    if (over) {
      return;
    }
    if (!addresses.hasNext()) {
      fail(reasonIfNone);
      return;
    }
    InetSocketAddress address = new InetSocketAddress(addresses.next(), origin.port());
    attempt = loop.thread().openStreamConnection(address, this::opened, OPTIONS);
    attempt.addNotifier(
        new IoFuture.HandlingNotifier<StreamConnection, InetSocketAddress>() {
          @Override
          public void handleFailed(IOException cause, InetSocketAddress tried) {
            tryNext("cannot connect to " + origin + ": " + cause.getMessage());
          }
        },
        address);
  }

  private void opened(StreamConnection opened) {
    if (over) {
      IoUtils.safeClose(opened);
    } else if (tls == null) {
      succeed(opened);
    } else {
      connection = opened;
      tls.prepare(opened, origin, secured -> hop(() -> shakeHands(secured)));
    }
  }

  private void shakeHands(SslConnection secured) {
    if (over) {
      IoUtils.safeClose(secured);
      return;
    }
    connection = secured;
    // Called from inside the TLS machinery, which must not be entered again from there.
    secured.getHandshakeSetter().set(_ -> loop.execute(() -> succeed(secured)));
    secured.getCloseSetter().set(_ -> fail("TLS handshake with " + origin + " failed"));
    secured.getSourceChannel().setReadListener(this::readDuringHandshake);
    try {
      secured.startHandshake();
      secured.getSourceChannel().resumeReads();
    } catch (IOException e) {
      fail("TLS handshake with " + origin + " failed: " + e.getMessage());
    }
  }

  /** Reading drives the handshake; there is nothing to be read before a request was sent. */
  private void readDuringHandshake(ConduitStreamSourceChannel source) {
    try {
      if (!over && source.read(ByteBuffer.allocate(1)) != 0) {
        fail("TLS handshake with " + origin + " was cut off");
      }
    } catch (IOException e) {
      fail("TLS handshake with " + origin + " failed: " + e.getMessage());
    }
  }

  private void succeed(StreamConnection established) {
    if (!over) {
      finish();
      outcome.connected(established);
    }
  }

  private void fail(String reason) {
    if (!over) {
      cancel();
      outcome.notConnected(reason);
    }
  }

  void cancel() {
    finish();
    if (attempt != null) {
      attempt.cancel();
    }
    IoUtils.safeClose(connection);
  }

  private void finish() {
    over = true;
    if (timer != null) {
      timer.cancel();
    }
  }
}
