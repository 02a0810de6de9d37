package xyz.trollllm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import tools.jackson.databind.JsonNode;

/** Errors as both families of SDKs take them apart. */
final class Errors {
  private Errors() {}

  static void assertTold(HttpResponse<String> answer, int status, String type, String code) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.headers().firstValue("content-type")).contains("application/json");
    JsonNode error = Http.json(answer);
    assertThat(error.path("type").stringValue()).isEqualTo("error");
    assertThat(error.at("/error/type").stringValue()).isEqualTo(type);
    assertThat(error.at("/error/code").stringValue()).isEqualTo(code);
    assertThat(error.at("/error/message").stringValue()).isNotBlank().doesNotContain("\n");
    assertThat(error.at("/error").has("param")).isTrue();
    assertThat(error.path("request_id").stringValue())
        .isNotBlank()
        .isEqualTo(Http.requestId(answer))
        .isEqualTo(answer.headers().firstValue("x-request-id").orElse(""));
  }
}
