package xyz.trollllm.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** A client that sees every byte of HTTP and can leave when it likes. Used by one thread. */
final class RawClient implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 10_000;

  private final Socket socket;
  private final ByteArrayOutputStream seen = new ByteArrayOutputStream();

  RawClient(int port) {
    try {
      socket = new Socket(InetAddress.getLoopbackAddress(), port);
      socket.setSoTimeout(PATIENCE_MILLIS);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String post(String body, String... headers) {
    return postTo("/v1/messages", body, headers);
  }

  static String postTo(String path, String body, String... headers) {
    StringBuilder request = new StringBuilder("POST " + path + " HTTP/1.1\r\nhost: gateway\r\n");
    request.append("content-type: application/json\r\n");
    request.append("x-api-key: ").append(ServerFixture.KEY).append("\r\n");
    for (int i = 0; i < headers.length; i += 2) {
      request.append(headers[i]).append(": ").append(headers[i + 1]).append("\r\n");
    }
    return request
        .append("content-length: ")
        .append(body.getBytes(UTF_8).length)
        .append("\r\n\r\n")
        .append(body)
        .toString();
  }

  RawClient send(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(UTF_8));
    socket.getOutputStream().flush();
    return this;
  }

  /** Reads on until {@code text} has come {@code times} times; fails when the server hangs up. */
  String readUntil(String text, int times) throws IOException {
    InputStream in = socket.getInputStream();
    byte[] buffer = new byte[8192];
    while (count(text) < times) {
      int read = in.read(buffer);
      if (read == -1) {
        throw new AssertionError("the server hung up after: " + seen.toString(UTF_8));
      }
      seen.write(buffer, 0, read);
    }
    return seen.toString(UTF_8);
  }

  /** Reads on until the server hangs up. */
  String readToEnd() throws IOException {
    socket.getInputStream().transferTo(seen);
    return seen.toString(UTF_8);
  }

  /** Reads on until what came is enough, or the server closes or resets. */
  String readUntilOrEnd(Predicate<String> enough) throws IOException {
    InputStream in = socket.getInputStream();
    byte[] buffer = new byte[8192];
    try {
      int read = in.read(buffer);
      while (read >= 0) {
        seen.write(buffer, 0, read);
        read = enough.test(seen.toString(UTF_8)) ? -1 : in.read(buffer);
      }
    } catch (SocketException _) {
      // A reset is an end as well.
    }
    return seen.toString(UTF_8);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  private int count(String text) {
    return seen.toString(UTF_8).split(Pattern.quote(text), -1).length - 1;
  }
}
