package xyz.trollllm.server.vectors;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Reads HTTP/1.1 messages off a connection, blocking. Used by one thread. */
final class HttpReader {
  private static final int LONGEST_LINE = 1 << 16;

  private final InputStream in;

  HttpReader(InputStream in) {
    this.in = new BufferedInputStream(in);
  }

  /** A message, and whether all of its body came. */
  record Message(HttpText text, boolean complete) {}

  /** The next request; empty at the end of the connection and for what is no HTTP. */
  Optional<HttpText> request() throws IOException {
    Optional<HttpText> head = head();
    if (head.isEmpty() || !head.get().startLine().matches("[A-Z]+ \\S+ HTTP/1\\.[01]")) {
      return Optional.empty();
    }
    Message message = body(head.get(), false);
    return message.complete() ? Optional.of(message.text()) : Optional.empty();
  }

  /** The answer, interim ones skipped. */
  Message answer(String method) throws IOException {
    while (true) {
      HttpText head = head().orElseThrow(() -> new EOFException("no answer came"));
      if (head.status() / 100 != 1) {
        return method.equals("HEAD") ? new Message(head, true) : body(head, true);
      }
    }
  }

  private Optional<HttpText> head() throws IOException {
    String start = line();
    if (start == null) {
      return Optional.empty();
    }
    List<HttpText.Field> fields = new ArrayList<>();
    for (String line = line(); line != null && !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        fields.add(new HttpText.Field(line.substring(0, colon), line.substring(colon + 1).strip()));
      }
    }
    return Optional.of(new HttpText(start, fields, new byte[0]));
  }

  private Message body(HttpText head, boolean untilClose) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    boolean complete;
    try {
      complete = read(head, untilClose, body);
    } catch (SocketException | SSLException broken) {
      complete = false;
    }
    return new Message(head.withBody(body.toByteArray()), complete);
  }

  private boolean read(HttpText head, boolean untilClose, ByteArrayOutputStream body)
      throws IOException {
    String coding = head.field("transfer-encoding").orElse("").toLowerCase(Locale.ROOT);
    if (coding.contains("chunked")) {
      return chunks(body);
    }
    Optional<String> length = head.field("content-length");
    if (length.isPresent()) {
      return exactly(Long.parseLong(length.get()), body);
    }
    if (untilClose) {
      in.transferTo(body);
    }
    return true;
  }

  private boolean chunks(ByteArrayOutputStream body) throws IOException {
    while (true) {
      String size = line();
      if (size == null || size.isEmpty()) {
        return false;
      }
      long length = Long.parseLong(size.split(";", -1)[0].strip(), 16);
      if (length == 0) {
        return trailer();
      }
      if (!exactly(length, body) || line() == null) {
        return false;
      }
    }
  }

  private boolean trailer() throws IOException {
    String line = line();
    while (line != null && !line.isEmpty()) {
      line = line();
    }
    return line != null;
  }

  private boolean exactly(long length, ByteArrayOutputStream body) throws IOException {
    byte[] bytes = in.readNBytes(Math.toIntExact(length));
    body.writeBytes(bytes);
    return bytes.length == length;
  }

  /** A line without its end; null if the connection ends before one. */
  private @Nullable String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0 || line.size() > LONGEST_LINE) {
        return null;
      }
      line.write(b);
    }
    String text = line.toString(ISO_8859_1);
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }
}
