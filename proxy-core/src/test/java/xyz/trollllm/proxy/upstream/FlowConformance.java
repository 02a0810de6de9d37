package xyz.trollllm.proxy.upstream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import okio.Buffer;
import org.junit.jupiter.api.Test;

/** A transfer can be paused: bytes then stay with the upstream, and no time limit runs. */
public abstract class FlowConformance extends UpstreamConformance {
  /** What the sockets' own buffers may hold on both sides, and some. */
  private static final long MOST_IN_SOCKETS = 16L * 1024 * 1024;

  private static final int MOST_DELIVERED = 256 * 1024;
  private static final int STUCK_MILLIS = 700;

  @Test
  void pausedTransferTakesBoundedBytesFromAnEndlessUpstream() throws Exception {
    try (ServerSocketChannel listener = ServerSocketChannel.open()) {
      listener.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
      int port = ((InetSocketAddress) listener.getLocalAddress()).getPort();
      CompletableFuture<Long> taken = new CompletableFuture<>();
      Thread.ofPlatform().start(() -> taken.completeAsync(() -> sendUntilStuck(listener)));

      TestCall call =
          TestCall.open(
              upstream(),
              request(URI.create("http://127.0.0.1:" + port + "/"), "{}"),
              rig().loop(0),
              running -> running.transfer().pause());

      assertThat(taken.get(20, TimeUnit.SECONDS)).isLessThan(MOST_IN_SOCKETS);
      assertThat(call.body().length).isBetween(1, MOST_DELIVERED);
      call.onLoop(Upstream.Transfer::cancel);
      call.assertNoBreach();
    }
  }

  /** Sends an endless answer; returns how much was sent when nothing was taken for a while. */
  private static long sendUntilStuck(ServerSocketChannel listener) {
    ByteBuffer data = ByteBuffer.allocate(64 * 1024);
    long sent = 0;
    try (SocketChannel socket = listener.accept();
        Selector selector = Selector.open()) {
      socket.read(ByteBuffer.allocate(1024));
      socket.write(ByteBuffer.wrap("HTTP/1.1 200 OK\r\n\r\n".getBytes(UTF_8)));
      socket.configureBlocking(false);
      socket.register(selector, SelectionKey.OP_WRITE);
      while (selector.select(_ -> {}, STUCK_MILLIS) > 0) {
        sent += socket.write(data.clear());
      }
      return sent;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void transferPausedAtEveryDeliveryIsComplete() throws Exception {
    byte[] body = bytes(3_000_000);
    MockWebServer server = closedLater(new MockWebServer());
    server.enqueue(new MockResponse.Builder().chunkedBody(new Buffer().write(body), 1021).build());
    server.start();

    TestCall call =
        TestCall.open(
            upstream(),
            request(server.url("/").uri(), "{}"),
            rig().loop(0),
            running -> {
              running.transfer().pause();
              rig().loop(0).execute(() -> running.transfer().resume());
            });

    assertThat(call.awaitEnd()).isEqualTo(body);
  }

  @Test
  void transferMayBeResumedInsideADelivery() throws Exception {
    byte[] body = bytes(1_000_000);
    MockWebServer server = closedLater(new MockWebServer());
    server.enqueue(new MockResponse.Builder().body(new Buffer().write(body)).build());
    server.start();

    TestCall call =
        TestCall.open(
            upstream(),
            request(server.url("/").uri(), "{}"),
            rig().loop(0),
            running -> {
              running.transfer().pause();
              running.transfer().resume();
            });

    assertThat(call.awaitEnd()).isEqualTo(body);
  }

  @Test
  void pauseDoesNotCountAsSilence() throws Exception {
    CountDownLatch resumed = new CountDownLatch(1);
    ScriptedServer server =
        serve(peer -> {
          peer.readRequest();
          peer.send("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nab");
          resumed.await();
          peer.send("cd");
          peer.awaitClosed();
        });
    Duration idle = Duration.ofSeconds(1);

    TestCall call =
        TestCall.open(
            upstream(PATIENCE, idle),
            request(server.url(), "{}"),
            rig().loop(0),
            running -> {
              running.transfer().pause();
              rig()
                  .loop(0)
                  .schedule(
                      idle.multipliedBy(2),
                      () -> {
                        running.transfer().resume();
                        resumed.countDown();
                      });
            });

    assertThat(call.awaitText()).isEqualTo("abcd");
  }
}
