package xyz.trollllm.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.regex.Pattern;
import xyz.trollllm.config.Api;

/** A client that sees every byte of HTTP and can leave when it likes. Used by one thread. */
final class RawClient implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 20_000;

  private final Socket socket;
  private final ByteArrayOutputStream seen = new ByteArrayOutputStream();

  RawClient(RunningGateway gateway) {
    this(connect(gateway.url().getPort()));
  }

  /** Takes a connection over. */
  RawClient(Socket socket) {
    this.socket = socket;
    try {
      socket.setSoTimeout(PATIENCE_MILLIS);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Socket connect(int port) {
    try {
      return new Socket(InetAddress.getLoopbackAddress(), port);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String head(Api api, String key, String... fields) {
    StringBuilder head = new StringBuilder("POST " + Ask.path(api) + " HTTP/1.1\r\nhost: gateway");
    head.append("\r\ncontent-type: application/json\r\nx-api-key: ").append(key);
    for (String field : fields) {
      head.append("\r\n").append(field);
    }
    return head.append("\r\n\r\n").toString();
  }

  static String post(Api api, String key, String body) {
    return head(api, key, "content-length: " + body.getBytes(UTF_8).length) + body;
  }

  RawClient send(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(UTF_8));
    return this;
  }

  /** Reads on until {@code text} has come; fails when the server hangs up before. */
  String readUntil(String text) throws IOException {
    return readUntil(text, 1);
  }

  /** Reads on until {@code text} has come so many times. */
  String readUntil(String text, int times) throws IOException {
    InputStream in = socket.getInputStream();
    byte[] buffer = new byte[8192];
    while (seen().split(Pattern.quote(text), -1).length <= times) {
      int read = in.read(buffer);
      if (read == -1) {
        throw new AssertionError("the server hung up after: " + seen());
      }
      seen.write(buffer, 0, read);
    }
    return seen();
  }

  /** Reads on until the server closes or resets the connection. */
  String readToEnd() throws IOException {
    try {
      socket.getInputStream().transferTo(seen);
    } catch (SocketException _) {
      // A reset is an end as well.
    }
    return seen();
  }

  private String seen() {
    return seen.toString(ISO_8859_1);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
