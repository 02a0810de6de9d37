package xyz.trollllm.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The watch sees what it claims to see. */
final class BlockingWatchTest {
  @TempDir Path folder;

  /** Something that a thread does. */
  private interface Deed {
    void run() throws Exception;
  }

  private static List<String> watched(String thread, Deed deed) throws Exception {
    try (BlockingWatch watch = BlockingWatch.start()) {
      Thread doer =
          Thread.ofPlatform()
              .name(thread)
              .start(() -> {
                try {
                  deed.run();
                } catch (Exception e) {
                  throw new AssertionError(e);
                }
              });
      doer.join();
      return watch.blocked("watched"::equals);
    }
  }

  private static void assertSeen(String event, Deed deed) throws Exception {
    assertThat(watched("watched", deed)).anyMatch(seen -> seen.startsWith(event));
    assertThat(watched("another", deed)).isEmpty();
  }

  @Test
  void parkingIsSeen() throws Exception {
    assertSeen("jdk.ThreadPark", () -> LockSupport.parkNanos(1_000_000));
  }

  @Test
  void sleepingIsSeen() throws Exception {
    assertSeen("jdk.ThreadSleep", () -> TimeUnit.MILLISECONDS.sleep(1));
  }

  @Test
  void waitingIsSeen() throws Exception {
    Object monitor = new Object();
    assertSeen(
        "jdk.JavaMonitorWait",
        () -> {
          synchronized (monitor) {
            TimeUnit.MILLISECONDS.timedWait(monitor, 1);
          }
        });
  }

  @Test
  void filesAreSeen() throws Exception {
    Path file = folder.resolve("file");
    assertSeen("jdk.FileWrite", () -> write(file));
    assertSeen("jdk.FileRead", () -> read(file));
    assertSeen("jdk.FileForce", () -> force(file));
  }

  private static void write(Path file) throws IOException {
    try (FileOutputStream out = new FileOutputStream(file.toFile())) {
      out.write(1);
    }
  }

  private static void read(Path file) throws IOException {
    try (FileInputStream in = new FileInputStream(file.toFile())) {
      assertThat(in.read()).isEqualTo(1);
    }
  }

  private static void force(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  @Test
  void blockingSocketsAreSeen() throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertSeen("jdk.SocketWrite", () -> talk(listener));
      assertSeen("jdk.SocketRead", () -> talk(listener));
    }
  }

  private static void talk(ServerSocket listener) throws IOException {
    try (Socket socket = new Socket(listener.getInetAddress(), listener.getLocalPort());
        Socket peer = listener.accept()) {
      peer.getOutputStream().write(1);
      assertThat(socket.getInputStream().read()).isEqualTo(1);
    }
  }

  @Test
  void computingIsNotBlocking() throws Exception {
    assertThat(watched("watched", () -> assertThat(Math.sqrt(2)).isPositive())).isEmpty();
  }
}
