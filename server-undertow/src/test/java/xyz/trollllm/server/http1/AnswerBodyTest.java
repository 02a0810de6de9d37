package xyz.trollllm.server.http1;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.trollllm.proxy.Headers;

final class AnswerBodyTest {

  private static AnswerBody body(int status, String... headers) throws MalformedAnswerException {
    return AnswerBody.of(new AnswerHead(1, status, Headers.of(headers)));
  }

  private static AnswerBody chunked() throws MalformedAnswerException {
    return body(200, "transfer-encoding", "chunked");
  }

  /** What of {@code bytes} is body; the buffer begins somewhere in the middle of its memory. */
  private static String decode(AnswerBody body, String bytes) throws MalformedAnswerException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(bytes.length() + 7).position(7);
    buffer.put(bytes.getBytes(ISO_8859_1)).flip().position(7);
    body.decode(buffer);
    return ISO_8859_1.decode(buffer).toString();
  }

  @Test
  void lengthEndsTheBody() throws Exception {
    AnswerBody body = body(200, "content-length", "5");

    assertThat(decode(body, "hel")).isEqualTo("hel");
    assertThat(body.complete()).isFalse();
    assertThat(body.mayEndByClose()).isFalse();
    assertThat(decode(body, "lo!!")).isEqualTo("lo");
    assertThat(body.complete()).isTrue();
    assertThat(body.overrun()).isTrue();
  }

  @Test
  void withoutLengthOnlyTheConnectionEndsTheBody() throws Exception {
    AnswerBody body = body(200);

    assertThat(decode(body, "anything")).isEqualTo("anything");
    assertThat(body.complete()).isFalse();
    assertThat(body.mayEndByClose()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {204, 304})
  void someAnswersHaveNoBody(int status) throws Exception {
    assertThat(body(status, "content-length", "5").complete()).isTrue();
  }

  @Test
  void allChunksOfABufferBecomeOnePiece() throws Exception {
    AnswerBody body = chunked();

    String data = decode(body, "3\r\none\r\n0A ; x=\"y\"\r\n2222222222\r\n1\n!\n0\r\nt: v\r\n\r\n");

    assertThat(data).isEqualTo("one2222222222!");
    assertThat(body.complete()).isTrue();
    assertThat(body.overrun()).isFalse();
  }

  @Test
  void chunksMayBeCutAnywhere() throws Exception {
    String text = "3;a=b\r\none\r\n0b\r\neleven byte\r\n0\r\nt: v\r\nu: w\r\n\r\n";

    for (int first = 0; first < text.length(); first++) {
      for (int second = first; second < text.length(); second++) {
        AnswerBody body = chunked();
        String data = decode(body, text.substring(0, first));
        data += decode(body, text.substring(first, second));
        assertThat(body.complete()).isFalse();
        data += decode(body, text.substring(second));

        assertThat(data).isEqualTo("oneeleven byte");
        assertThat(body.complete()).isTrue();
      }
    }
  }

  @Test
  void bytesAfterTheLastChunkAreNoticed() throws Exception {
    AnswerBody body = chunked();

    assertThat(decode(body, "1\r\na\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n")).isEqualTo("a");
    assertThat(body.complete()).isTrue();
    assertThat(body.overrun()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"x\r\n", "\r\n", "-1\r\n", "3\r\nfour\r\n", "1\r\na\r\n;\r\n", "fffffffffff\r\n"})
  void invalidChunkIsRefused(String text) {
    assertThatExceptionOfType(MalformedAnswerException.class)
        .isThrownBy(() -> decode(chunked(), text + "\r\n\r\n"));
  }

  @Test
  void dataBeforeAnInvalidChunkIsKept() throws Exception {
    AnswerBody body = chunked();
    ByteBuffer buffer = ByteBuffer.wrap("3\r\none\r\nx".getBytes(ISO_8859_1));

    assertThatExceptionOfType(MalformedAnswerException.class).isThrownBy(() -> body.decode(buffer));

    assertThat(ISO_8859_1.decode(buffer).toString()).isEqualTo("one");
  }

  @Test
  void endlessExtensionsAndTrailersAreRefused() {
    String endless = "a".repeat(70_000);

    assertThatExceptionOfType(MalformedAnswerException.class)
        .isThrownBy(() -> decode(chunked(), "1;" + endless));
    assertThatExceptionOfType(MalformedAnswerException.class)
        .isThrownBy(() -> decode(chunked(), "0\r\nx: " + endless));
  }

  @ParameterizedTest
  @CsvSource({
    "content-length, ''",
    "content-length, 1x",
    "content-length, -1",
    "content-length, '5, 6'",
    "content-length, 99999999999999999999",
    "transfer-encoding, gzip",
    "transfer-encoding, 'gzip, chunked'",
  })
  void lengthThatCannotBeTrustedIsRefused(String name, String value) {
    assertThatExceptionOfType(MalformedAnswerException.class)
        .isThrownBy(() -> body(200, name, value));
  }

  @Test
  void lengthMayBeRepeatedButNotContradictItself() throws Exception {
    AnswerBody body = body(200, "content-length", "5, 5", "content-length", "5");

    assertThat(decode(body, "hello")).isEqualTo("hello");
    assertThat(body.complete()).isTrue();
    assertThatExceptionOfType(MalformedAnswerException.class)
        .isThrownBy(() -> body(200, "content-length", "5", "content-length", "6"));
  }
}
