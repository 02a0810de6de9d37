package xyz.trollllm.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.trollllm.config.Api;

final class EndpointTest {
  @ParameterizedTest
  @ValueSource(strings = {"/v1", "", "/v1/v1", "/v1/", "//v1"})
  void baseUrlsMayHaveTheVersionOrNot(String prefix) {
    assertThat(Endpoint.of(prefix + "/messages"))
        .isEqualTo(new Endpoint.Inference(Api.ANTHROPIC_MESSAGES));
    assertThat(Endpoint.of(prefix + "/chat/completions"))
        .isEqualTo(new Endpoint.Inference(Api.OPENAI_CHAT));
    assertThat(Endpoint.of(prefix + "/messages/count_tokens")).isEqualTo(new Endpoint.TokenCount());
    assertThat(Endpoint.of(prefix + "/models")).isEqualTo(new Endpoint.Models());
    assertThat(Endpoint.of(prefix + "/model/info")).isEqualTo(new Endpoint.ModelInfo());
    assertThat(Endpoint.of(prefix + "/models/m")).isEqualTo(new Endpoint.Model("m"));
    assertThat(Endpoint.of(prefix + "/me")).isEqualTo(new Endpoint.Me());
    assertThat(Endpoint.of(prefix + "/me/requests")).isEqualTo(new Endpoint.MyRequests());
    assertThat(Endpoint.of(prefix + "/me/requests/r")).isEqualTo(new Endpoint.MyRequest("r"));
  }

  @ParameterizedTest
  @CsvSource({
    "openhands/claude-sonnet-4-5, openhands/claude-sonnet-4-5",
    "openhands%2Fclaude-sonnet-4-5, openhands/claude-sonnet-4-5",
    "openhands%2fclaude-sonnet-4-5, openhands/claude-sonnet-4-5",
    "a+b, a+b",
    "%C3%A9, é",
    "100%, 100%"
  })
  void modelIdsMayBeEncoded(String inPath, String id) {
    assertThat(Endpoint.of("/v1/models/" + inPath)).isEqualTo(new Endpoint.Model(id));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "",
        "/v1",
        "/v1/",
        "/v1/models/",
        "/v1/me/requests/",
        "/v1/complete",
        "/v1/files",
        "/v1/messages/batches",
        "/v1/messages/count_tokens/",
        "/v1/v1/v1/models",
        "/v1models",
        "/api/hello/",
        "/v1/messages/"
      })
  void everythingElseIsNotServed(String path) {
    assertThat(Endpoint.of(path)).isEqualTo(new Endpoint.Unknown());
    assertThat(Endpoint.of(path).methods()).isEmpty();
  }

  @Test
  void onlyPricesAndHelloNeedNoKey() {
    assertThat(((Endpoint.Own) Endpoint.of("/pricing")).needsKey()).isFalse();
    assertThat(((Endpoint.Own) Endpoint.of("/api/hello")).needsKey()).isFalse();
    assertThat(((Endpoint.Own) Endpoint.of("/v1/models")).needsKey()).isTrue();
    assertThat(((Endpoint.Own) Endpoint.of("/v1/models/m")).needsKey()).isTrue();
    assertThat(((Endpoint.Own) Endpoint.of("/v1/model/info")).needsKey()).isTrue();
    assertThat(((Endpoint.Own) Endpoint.of("/v1/me")).needsKey()).isTrue();
    assertThat(((Endpoint.Own) Endpoint.of("/v1/me/requests")).needsKey()).isTrue();
    assertThat(((Endpoint.Own) Endpoint.of("/v1/me/requests/r")).needsKey()).isTrue();
  }

  @Test
  void errorsAreToldInTheWordsOfWhoeverAsks() {
    assertThat(words("/v1/models", "authorization", "Bearer k")).isEqualTo(Api.OPENAI_CHAT);
    assertThat(words("/v1/models", "x-api-key", "k")).isEqualTo(Api.ANTHROPIC_MESSAGES);
    assertThat(words("/v1/x", "authorization", "k", "anthropic-version", "2026-10-21"))
        .isEqualTo(Api.ANTHROPIC_MESSAGES);
    assertThat(words("/v1/messages/count_tokens", "authorization", "Bearer k"))
        .isEqualTo(Api.ANTHROPIC_MESSAGES);
    assertThat(words("/v1/chat/completions", "x-api-key", "k")).isEqualTo(Api.OPENAI_CHAT);
  }

  private static Api words(String path, String... headers) {
    return Endpoint.of(path)
        .wordsFor(new ProxyRequest("GET", path, null, Headers.of(headers), ByteBuffer.allocate(0)));
  }
}
