package xyz.trollllm.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.URI;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.trollllm.proxy.Headers;

final class UpstreamRequestTest {
  private static final URI URL = URI.create("https://a.test/");

  @Test
  void contentLengthIsWhatRemainsOfAllSlices() {
    ByteBuffer slice = ByteBuffer.allocate(10).position(4);

    UpstreamRequest request =
        new UpstreamRequest(URL, Headers.EMPTY, List.of(slice, ByteBuffer.allocate(5)));

    assertThat(request.contentLength()).isEqualTo(11);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Host", "content-length", "Connection", "Transfer-Encoding", "expect"})
  void headersThatTheUpstreamSetsAreRefused(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new UpstreamRequest(URL, Headers.of(name, "x"), List.of()))
        .withMessageContaining(name.toLowerCase(Locale.ROOT));
  }

  @ParameterizedTest
  @ValueSource(strings = {"secret\r\nx: y", "secret\n", "secret\0", "secret\u0100"})
  void valueThatWouldBreakTheRequestIsRefusedWithoutBeingShown(String value) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new UpstreamRequest(URL, Headers.of("x-api-key", value), List.of()))
        .withMessageContaining("x-api-key")
        .withMessageNotContaining("secret");
  }
}
