package xyz.trollllm.proxy.wire;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Refuses bodies that are not plain UTF-8, which is all RFC 8259 allows between systems. A parser
 * that guesses the encoding could read another model than the upstream does.
 */
final class Utf8 {
  private static final int CHARS_AT_A_TIME = 4096;

  private Utf8() {}

  static void require(ByteBuffer body) throws InvalidRequest {
    if (!body.hasRemaining()) {
      throw new InvalidRequest("the body is empty, expected a JSON object");
    }
    if (startsWith(body, 0xEF, 0xBB, 0xBF)) {
      throw new InvalidRequest("the body starts with a byte order mark, expected UTF-8 without");
    }
    if (startsWith(body, 0xFE, 0xFF) || startsWith(body, 0xFF, 0xFE) || zeroAtStart(body)) {
      throw new InvalidRequest("the body looks like UTF-16 or UTF-32, expected UTF-8");
    }
    requireWellFormed(body.duplicate());
  }

  private static boolean zeroAtStart(ByteBuffer body) {
    return startsWith(body, 0) || (body.remaining() > 1 && body.get(body.position() + 1) == 0);
  }

  private static boolean startsWith(ByteBuffer body, int... bytes) {
    for (int i = 0; i < bytes.length; i++) {
      if (i >= body.remaining() || body.get(body.position() + i) != (byte) bytes[i]) {
        return false;
      }
    }
    return true;
  }

  private static void requireWellFormed(ByteBuffer in) throws InvalidRequest {
    int start = in.position();
    CharBuffer out = CharBuffer.allocate(CHARS_AT_A_TIME);
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    CoderResult result;
    do {
      out.clear();
      result = decoder.decode(in, out, true);
    } while (result.isOverflow());
    if (result.isError()) {
      throw new InvalidRequest("the body is not valid UTF-8 at byte " + (in.position() - start));
    }
  }
}
