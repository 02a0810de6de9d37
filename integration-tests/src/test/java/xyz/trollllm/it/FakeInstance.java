package xyz.trollllm.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;

/** Stands where an instance does, notes what nginx sends it, and does as a test says. */
final class FakeInstance implements AutoCloseable {
  private final ServerSocket listener;
  private final List<Request> received = new CopyOnWriteArrayList<>();
  private volatile Answerer answerer = (_, out) -> answer(out, 200, "{}");
  private volatile Runnable onHead = () -> {};

  /** What to do with a request; the connection is closed afterwards. */
  interface Answerer {
    void answer(Request request, OutputStream out) throws IOException;
  }

  /**
   * A request as it came.
   *
   * @param head request line and header fields
   * @param bodyBytes how much of its body has come
   */
  record Request(List<String> head, long bodyBytes) {
    /** All values of a header field. */
    List<String> all(String name) {
      String start = name.toLowerCase(Locale.ROOT) + ":";
      return head.stream()
          .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(start))
          .map(line -> line.substring(start.length()).strip())
          .toList();
    }
  }

  private FakeInstance(ServerSocket listener) {
    this.listener = listener;
  }

  static FakeInstance start() {
    try {
      FakeInstance instance = new FakeInstance(new ServerSocket(0, 1000));
      Threads.start(instance::accept);
      return instance;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int port() {
    return listener.getLocalPort();
  }

  /** All requests so far, whole or broken off. */
  List<Request> received() {
    return List.copyOf(received);
  }

  FakeInstance doing(Answerer doThis) {
    answerer = doThis;
    return this;
  }

  /** Runs this whenever the head of a request has come. */
  FakeInstance noticing(Runnable thisOnHead) {
    onHead = thisOnHead;
    return this;
  }

  static void answer(OutputStream out, int status, String body) throws IOException {
    answer(out, status, "content-type: application/json\r\n", body);
  }

  static void answer(OutputStream out, int status, String fields, String body) throws IOException {
    byte[] bytes = body.getBytes(UTF_8);
    out.write(
        "HTTP/1.1 %d As it is\r\n%scontent-length: %d\r\n\r\n"
            .formatted(status, fields, bytes.length)
            .getBytes(ISO_8859_1));
    out.write(bytes);
    out.flush();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        Threads.start(() -> serve(socket));
      } catch (IOException _) {
        return; // closed
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      List<String> head = head(in);
      if (head.isEmpty()) {
        return;
      }
      onHead.run();
      long expected =
          new Request(head, 0).all("content-length").stream().mapToLong(Long::parseLong).sum();
      Request request = new Request(head, skip(in, expected));
      received.add(request);
      if (request.bodyBytes() == expected) {
        answerer.answer(request, socket.getOutputStream());
      }
    } catch (IOException _) {
      // nginx has gone.
    }
  }

  private static List<String> head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next == -1) {
        return List.of();
      }
      head.append((char) next);
    }
    return List.of(head.toString().strip().split("\r\n"));
  }

  private static long skip(InputStream in, long count) throws IOException {
    byte[] buffer = new byte[65536];
    long left = count;
    while (left > 0) {
      int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
      if (read == -1) {
        break;
      }
      left -= read;
    }
    return count - left;
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
