package xyz.trollllm.server.http1;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.proxy.Headers;

/**
 * Reads the head of an answer that may arrive in any number of pieces. Informational answers are
 * swallowed. Used for one answer, by one thread.
 */
public final class AnswerHeadParser {
  private static final int MAX_BYTES = 64 * 1024;
  private static final byte[] BEGINNING = "HTTP/1.".getBytes(StandardCharsets.ISO_8859_1);

  private byte[] earlier = {};
  private int bytesOfLine;

  /** Takes bytes up to the end of the head; null when more are needed. */
  public @Nullable AnswerHead parse(ByteBuffer in) throws MalformedAnswerException {
    while (true) {
      byte[] bytes = takeHead(in);
      if (bytes == null) {
        return null;
      }
      AnswerHead head = head(new String(bytes, StandardCharsets.ISO_8859_1));
      if (!head.informational()) {
        return head;
      }
      if (head.status() == 101) {
        throw new MalformedAnswerException("the upstream switched protocols unasked");
      }
    }
  }

  private byte @Nullable [] takeHead(ByteBuffer in) throws MalformedAnswerException {
    int start = in.position();
    boolean ended = skipToEnd(in);
    int known = earlier.length;
    int length = in.position() - start;
    if (known + length > MAX_BYTES) {
      throw new MalformedAnswerException("answer's headers exceed " + MAX_BYTES + " bytes");
    }
    byte[] bytes = Arrays.copyOf(earlier, known + length);
    in.get(start, bytes, known, length);
    requireBeginning(bytes);
    earlier = ended ? new byte[0] : bytes;
    return ended ? bytes : null;
  }

  /** Moves behind the empty line that ends a head, or to the end of the buffer. */
  private boolean skipToEnd(ByteBuffer in) {
    while (in.hasRemaining()) {
      byte b = in.get();
      if (b == '\n') {
        boolean empty = bytesOfLine == 0;
        bytesOfLine = 0;
        if (empty) {
          return true;
        }
      } else if (b != '\r') {
        bytesOfLine++;
      }
    }
    return false;
  }

  /** Garbage is recognised by its first bytes: there may never be a line end to wait for. */
  private static void requireBeginning(byte[] bytes) throws MalformedAnswerException {
    int length = Math.min(bytes.length, BEGINNING.length);
    if (!Arrays.equals(bytes, 0, length, BEGINNING, 0, length)) {
      throw new MalformedAnswerException("answer does not begin with HTTP/1.");
    }
  }

  private static AnswerHead head(String text) throws MalformedAnswerException {
    List<String> lines = lines(text);
    Headers.Builder headers = Headers.EMPTY.toBuilder();
    for (String line : lines.subList(1, lines.size())) {
      field(line, headers);
    }
    return new AnswerHead(
        minorVersion(lines.getFirst()), status(lines.getFirst()), headers.build());
  }

  /** The lines up to the empty one, each with the lines that continue it. */
  private static List<String> lines(String text) {
    List<String> lines = new ArrayList<>();
    int start = 0;
    while (true) {
      int end = text.indexOf('\n', start);
      String line =
          text.substring(start, end > start && text.charAt(end - 1) == '\r' ? end - 1 : end);
      if (line.isEmpty()) {
        return lines;
      }
      boolean continues = line.charAt(0) == ' ' || line.charAt(0) == '\t';
      lines.add(continues && !lines.isEmpty() ? lines.removeLast() + " " + line.strip() : line);
      start = end + 1;
    }
  }

  private static void field(String line, Headers.Builder headers) throws MalformedAnswerException {
    int colon = line.indexOf(':');
    String name = colon < 0 ? "" : line.substring(0, colon).strip();
    if (name.isEmpty()) {
      throw new MalformedAnswerException("answer has a header line without a name");
    }
    if (!name.chars().allMatch(AnswerHeadParser::isTokenCharacter)) {
      throw new MalformedAnswerException("answer has a header name with an invalid character");
    }
    String value = line.substring(colon + 1).strip();
    if (value.indexOf('\r') >= 0 || value.indexOf('\0') >= 0) {
      throw new MalformedAnswerException("answer's header " + name + " has a control character");
    }
    headers.add(name, value);
  }

  /** What a name may consist of by RFC 9110, section 5.6.2. */
  private static boolean isTokenCharacter(int c) {
    return (c >= '0' && c <= '9')
        || (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
  }

  private static int minorVersion(String statusLine) throws MalformedAnswerException {
    return digits(statusLine, BEGINNING.length, 1);
  }

  private static int status(String statusLine) throws MalformedAnswerException {
    int start = BEGINNING.length + 2;
    boolean ends = statusLine.length() == start + 3 || statusLine.startsWith(" ", start + 3);
    int status = digits(statusLine, start, 3);
    if (!ends || status < 100 || !statusLine.startsWith(" ", start - 1)) {
      throw new MalformedAnswerException("answer has no valid status line");
    }
    return status;
  }

  private static int digits(String text, int start, int count) throws MalformedAnswerException {
    int number = 0;
    for (int i = start; i < start + count; i++) {
      int digit = i < text.length() ? text.charAt(i) - '0' : -1;
      if (digit < 0 || digit > 9) {
        throw new MalformedAnswerException("answer has no valid status line");
      }
      number = number * 10 + digit;
    }
    return number;
  }
}
