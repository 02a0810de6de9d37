package xyz.trollllm.server.http1;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import xyz.trollllm.proxy.Headers;
import xyz.trollllm.proxy.upstream.UpstreamRequest;

final class RequestHeadTest {

  private static String post(String url, Headers headers) {
    List<ByteBuffer> body = List.of(ByteBuffer.allocate(2), ByteBuffer.allocate(3));
    ByteBuffer head = RequestHead.post(new UpstreamRequest(URI.create(url), headers, body));
    return ISO_8859_1.decode(head).toString();
  }

  @Test
  void headHasTargetHostHeadersAndLength() {
    String head = post("https://api.test/v1/x?a=%20b", Headers.of("X-A", "1", "x-b", "\u00e9"));

    assertThat(head)
        .isEqualTo(
            """
            POST /v1/x?a=%20b HTTP/1.1
            host: api.test
            x-a: 1
            x-b: \u00e9
            content-length: 5

            """
                .replace("\n", "\r\n"));
  }

  @ParameterizedTest
  @CsvSource({
    "http://a.test, a.test",
    "http://a.test:80/, a.test",
    "http://a.test:443/, a.test:443",
    "https://a.test:443/, a.test",
    "https://a.test:8443/, a.test:8443",
    "http://user:secret@a.test/, a.test",
    "http://[::1]:8080/, [::1]:8080",
  })
  void hostNamesThePortOnlyIfUnusual(String url, String host) {
    assertThat(post(url, Headers.EMPTY)).startsWith("POST / HTTP/1.1\r\nhost: " + host + "\r\n");
  }
}
