package xyz.trollllm.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EventBoundaryTest {

  @ParameterizedTest(name = "{0}: {1}, another event: {2}")
  @CsvSource({
    "'', true, true",
    "'x', false, false",
    "'x\\n', false, false",
    "'x\\n\\n', true, true",
    "'x\\r\\n', false, false",
    "'x\\r\\n\\r\\n', true, true",
    "'x\\r\\n\\r', true, false",
    "'x\\r\\r', true, false",
    "'x\\r\\r\\n', true, true",
    "'x\\n\\r', true, false",
    "'x\\n\\r\\n', true, true",
    "'x\\n\\n\\n', true, true",
    "'x\\n\\n: y', false, false",
    "'x\\n\\n: y\\n', false, false",
    "'\\n', true, true",
    "'\\r\\n', true, true",
  })
  void endOfAnEventIsToldByItsEmptyLine(String written, boolean between, boolean admits) {
    byte[] bytes = written.replace("\\n", "\n").replace("\\r", "\r").getBytes(UTF_8);
    for (int cut = 0; cut <= bytes.length; cut++) {
      EventBoundary boundary = new EventBoundary();

      boundary.observe(ByteBuffer.wrap(bytes, 0, cut));
      boundary.observe(ByteBuffer.wrap(bytes, cut, bytes.length - cut));

      assertThat(boundary.isBetweenEvents()).isEqualTo(between);
      assertThat(boundary.admitsAnother()).isEqualTo(admits);
    }
  }
}
