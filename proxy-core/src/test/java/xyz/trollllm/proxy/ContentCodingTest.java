package xyz.trollllm.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ContentCodingTest {

  @ParameterizedTest
  @CsvSource({
    "'', IDENTITY",
    "identity, IDENTITY",
    "'identity, Identity', IDENTITY",
    "gzip, GZIP",
    "X-GZIP, GZIP",
    "'identity, gzip', GZIP",
    "deflate, DEFLATE",
    "br, UNREADABLE",
    "zstd, UNREADABLE",
    "'gzip, gzip', UNREADABLE",
    "'deflate, br', UNREADABLE",
  })
  void codingIsReadFromTheAnswersHead(String header, ContentCoding expected) {
    assertThat(ContentCoding.of(Headers.of("content-encoding", header))).isEqualTo(expected);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "'', false",
    "gzip, true",
    "'deflate, GZIP', true",
    "x-gzip, true",
    "'gzip;q=0', false",
    "'gzip; q=0.000', false",
    "'gzip;q=0.001', true",
    "'br, *', true",
    "'*;q=0', false",
    "'*, gzip;q=0', false",
    "identity, false",
  })
  void clientSaysWhatItTakes(String header, boolean expected) {
    Headers request = Headers.of("accept-encoding", header);

    assertThat(ContentCoding.GZIP.isOfferedBy(request)).isEqualTo(expected);
  }
}
