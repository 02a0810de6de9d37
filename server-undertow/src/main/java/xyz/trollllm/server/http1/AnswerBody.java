package xyz.trollllm.server.http1;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.proxy.Headers;

/**
 * Takes the transfer coding off an answer's body and knows when it is complete. Used for one
 * answer, by one thread.
 */
public abstract sealed class AnswerBody permits ChunkedBody, FixedLengthBody, BodyUntilClose {
  private static final int MAX_LENGTH_DIGITS = 18;

  /** The body that follows {@code head}, as the answer to a POST. */
  public static AnswerBody of(AnswerHead head) throws MalformedAnswerException {
    if (head.status() == 204 || head.status() == 304) {
      return new FixedLengthBody(0);
    }
    Headers headers = head.headers();
    if (headers.contains("transfer-encoding")) {
      String coding = String.join(",", headers.all("transfer-encoding"));
      if (!coding.equalsIgnoreCase("chunked")) {
        throw new MalformedAnswerException("answer has transfer coding " + coding);
      }
      return new ChunkedBody();
    }
    String length = contentLength(headers);
    return length == null ? new BodyUntilClose() : new FixedLengthBody(parseLength(length));
  }

  /** The content length, which may be repeated but must not contradict itself. */
  private static @Nullable String contentLength(Headers headers) throws MalformedAnswerException {
    String length = null;
    for (String value : headers.all("content-length")) {
      for (String repeated : value.split(",", -1)) {
        if (length != null && !length.equals(repeated.strip())) {
          throw new MalformedAnswerException("answer has several content lengths");
        }
        length = repeated.strip();
      }
    }
    return length;
  }

  private static long parseLength(String length) throws MalformedAnswerException {
    boolean digits = length.chars().allMatch(c -> c >= '0' && c <= '9');
    if (!digits || length.isEmpty() || length.length() > MAX_LENGTH_DIGITS) {
      throw new MalformedAnswerException("answer's content length is not a number");
    }
    return Long.parseLong(length);
  }

  /**
   * Replaces what remains in {@code buffer} by the part of it that is body. When the coding is
   * violated, what came before remains in the buffer all the same.
   */
  public abstract void decode(ByteBuffer buffer) throws MalformedAnswerException;

  /** Whether the body has ended by itself. */
  public abstract boolean complete();

  /** Whether the body may end by the connection's being closed. */
  public boolean mayEndByClose() {
    return false;
  }

  /** Whether bytes followed the end: the connection is then not to be trusted any more. */
  public abstract boolean overrun();
}
