package xyz.trollllm.server.backend;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.trollllm.proxy.Headers;

final class AcceptedTypesTest {
  private static boolean prefersJson(String... headers) {
    return new AcceptedTypes(Headers.of(headers)).prefers("application/json", "text/html");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/json",
        "Application/JSON; charset=utf-8",
        "application/json, */*",
        "application/json, text/plain, */*",
        "application/*",
        "text/html;q=0.5, application/json;q=0.6",
        "text/html;q=0, */*",
        "application/json;q=0.001"
      })
  void programsGetJson(String accept) {
    assertThat(prefersJson("accept", accept)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "*/*",
        "",
        "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
        "text/html, application/json",
        "application/json;q=0.5, text/html",
        "application/json;q=0",
        "application/json;q=0.5, */*",
        "image/png",
        ";;,,q=1"
      })
  void everybodyElseGetsThePage(String accept) {
    assertThat(prefersJson("accept", accept)).isFalse();
  }

  @Test
  void withoutAWishItIsThePage() {
    assertThat(prefersJson()).isFalse();
  }

  @Test
  void severalFieldsCountAsOne() {
    assertThat(prefersJson("accept", "text/html;q=0.1", "accept", "application/json")).isTrue();
  }
}
