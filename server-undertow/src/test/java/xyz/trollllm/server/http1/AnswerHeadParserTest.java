package xyz.trollllm.server.http1;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class AnswerHeadParserTest {

  private static ByteBuffer buffer(String text) {
    return ByteBuffer.wrap(text.getBytes(ISO_8859_1));
  }

  private static AnswerHead parse(String text) throws MalformedAnswerException {
    AnswerHead head = new AnswerHeadParser().parse(buffer(text));
    assertThat(head).isNotNull();
    return head;
  }

  @Test
  void headIsReadAndTheBodyLeft() throws Exception {
    ByteBuffer bytes = buffer("HTTP/1.1 200 OK\r\nA: 1\r\nb:\t2 \r\na:3\r\n\r\nbody");

    AnswerHead head = new AnswerHeadParser().parse(bytes);

    assertThat(head).isNotNull();
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.minorVersion()).isEqualTo(1);
    assertThat(head.headers().all("a")).containsExactly("1", "3");
    assertThat(head.headers().first("b")).contains("2");
    assertThat(ISO_8859_1.decode(bytes).toString()).isEqualTo("body");
  }

  @Test
  void headMayBeCutAnywhere() throws Exception {
    String text = "HTTP/1.1 103 Early\r\nx: y\r\n\r\nHTTP/1.1 200 OK\r\na: 1\r\n\r\nbody";
    int bodyStart = text.indexOf("body");

    for (int cut = 0; cut < bodyStart; cut++) {
      AnswerHeadParser parser = new AnswerHeadParser();
      @Nullable AnswerHead early = parser.parse(buffer(text.substring(0, cut)));
      ByteBuffer rest = buffer(text.substring(cut));
      AnswerHead head = parser.parse(rest);

      assertThat(early).isNull();
      assertThat(head).isNotNull();
      assertThat(head.status()).isEqualTo(200);
      assertThat(head.headers().contains("x")).isFalse();
      assertThat(rest.remaining()).isEqualTo(4);
    }
  }

  @Test
  void bareLineFeedsAndFoldedLinesAreUnderstood() throws Exception {
    AnswerHead head = parse("HTTP/1.1 200 OK\na: one\n  two\n\tthree\nb: x\n\n");

    assertThat(head.headers().first("a")).contains("one two three");
    assertThat(head.headers().first("b")).contains("x");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GARBAGE",
        "\r\nHTTP/1.1 200 OK\r\n\r\n",
        "HTTP/2 200\r\n\r\n",
        "HTTP/1.x 200 OK\r\n\r\n",
        "HTTP/1.1 20 OK\r\n\r\n",
        "HTTP/1.1 2000 OK\r\n\r\n",
        "HTTP/1.1-200 OK\r\n\r\n",
        "HTTP/1.1 099 OK\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\n: no name\r\n\r\n",
        "HTTP/1.1 200 OK\r\na: nul\0byte\r\n\r\n",
        "HTTP/1.1 200 OK\r\na\0: nul in a name\r\n\r\n",
        "HTTP/1.1 200 OK\r\na b: space in a name\r\n\r\n",
        "HTTP/1.1 200 OK\r\na: lone\rreturn\r\n\r\n",
      })
  void invalidHeadIsRefused(String text) {
    assertThatExceptionOfType(MalformedAnswerException.class).isThrownBy(() -> parse(text));
  }

  @Test
  void headBeyondTheLimitIsRefusedBeforeItEnds() throws Exception {
    AnswerHeadParser parser = new AnswerHeadParser();
    ByteBuffer line = buffer("x: " + "a".repeat(60_000) + "\r\n");
    assertThat(parser.parse(buffer("HTTP/1.1 200 OK\r\n"))).isNull();
    assertThat(parser.parse(line.duplicate())).isNull();

    assertThatExceptionOfType(MalformedAnswerException.class)
        .isThrownBy(() -> parser.parse(line))
        .withMessageContaining("65536 bytes");
  }

  @ParameterizedTest
  @CsvSource({
    "HTTP/1.1, x, x, true",
    "HTTP/1.1, connection, close, false",
    "HTTP/1.1, Connection, 'foo, CLOSE', false",
    "HTTP/1.0, x, x, false",
    "HTTP/1.0, connection, Keep-Alive, true",
    "HTTP/1.1, connection, keep-alive, true",
  })
  void connectionIsKeptAsTheUpstreamSays(
      String version, String name, String value, boolean expected) throws Exception {
    AnswerHead head = parse(version + " 200 OK\r\n" + name + ": " + value + "\r\n\r\n");

    assertThat(head.keepsAlive()).isEqualTo(expected);
  }

  @Test
  void ambiguousLengthEndsTheConnection() throws Exception {
    AnswerHead head =
        parse("HTTP/1.1 200 OK\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n");

    assertThat(head.keepsAlive()).isFalse();
  }
}
