package xyz.trollllm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Errors as both families of SDKs take them apart. */
final class Errors {
  private Errors() {}

  static void assertTold(HttpResponse<String> answer, int status, String type, String code) {
    assertTold(answer.statusCode(), answer.headers().map(), answer.body(), status, type, code);
  }

  /**
   * The same for an answer of any client.
   *
   * @param headers by name in lower case
   */
  static void assertTold(
      int actualStatus,
      Map<String, List<String>> headers,
      String body,
      int status,
      String type,
      String code) {
    assertThat(actualStatus).as(body).isEqualTo(status);
    assertThat(headers.get("content-type")).contains("application/json");
    JsonNode error = Http.json(body);
    assertThat(error.path("type").stringValue()).isEqualTo("error");
    assertThat(error.at("/error/type").stringValue()).isEqualTo(type);
    assertThat(error.at("/error/code").stringValue()).isEqualTo(code);
    assertThat(error.at("/error/message").stringValue()).isNotBlank().doesNotContain("\n");
    assertThat(error.at("/error").has("param")).isTrue();
    assertThat(error.path("request_id").stringValue())
        .isNotBlank()
        .isEqualTo(headers.getOrDefault("request-id", List.of("")).getFirst())
        .isEqualTo(headers.getOrDefault("x-request-id", List.of("")).getFirst());
  }
}
