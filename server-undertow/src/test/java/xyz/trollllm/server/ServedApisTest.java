package xyz.trollllm.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import xyz.trollllm.billing.Settlement;
import xyz.trollllm.billing.Settlement.Outcome;
import xyz.trollllm.config.Api;
import xyz.trollllm.server.standin.Estimate;

/** Every API over sockets: the answer is the upstream's, the tokens are those it reported. */
final class ServedApisTest {
  @ParameterizedTest
  @EnumSource
  void documentIsServedAndMetered(Api api) throws Exception {
    String body = body(api).formatted("");
    try (ServerFixture fixture = new ServerFixture();
        RawClient client = fixture.connect()) {
      String answer = client.send(RawClient.postTo(api.path(), body)).readUntil("\"usage\":{", 1);

      assertThat(answer).startsWith("HTTP/1.1 200");
      assertSettled(fixture, api, body);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OPENAI_EMBEDDINGS")
  void streamIsServedAndMetered(Api api) throws Exception {
    String body = body(api).formatted(",\"stream\":true");
    try (ServerFixture fixture = new ServerFixture();
        RawClient client = fixture.connect()) {
      String answer = client.send(RawClient.postTo(api.path(), body)).readUntil("0\r\n\r\n", 1);

      assertThat(answer).contains("text/event-stream");
      assertSettled(fixture, api, body);
    }
  }

  @Test
  void cutResponseEndsWithReportedUsage() throws Exception {
    String body =
        "{\"model\":\"claude-sonnet-4-5\",\"stream\":true,\"input\":\"Hello\",\"max_output_tokens\":3}";
    try (ServerFixture fixture = new ServerFixture();
        RawClient client = fixture.connect()) {
      String answer =
          client.send(RawClient.postTo("/v1/responses", body)).readUntil("0\r\n\r\n", 1);

      assertThat(answer).contains("event: response.incomplete", "\"output_tokens\":3");
      assertSettled(fixture, Api.OPENAI_RESPONSES, body);
    }
  }

  private static void assertSettled(ServerFixture fixture, Api api, String body) {
    await().until(() -> fixture.ledger.records().size() == 1);
    Settlement settlement = fixture.ledger.records().getFirst();
    assertThat(settlement.outcome()).isEqualTo(Outcome.OK);
    assertThat(settlement.record().flags()).isEmpty();
    assertThat(settlement.record().usage().counts()).isEqualTo(Estimate.of(api, body));
  }

  private static String body(Api api) {
    return switch (api) {
      case ANTHROPIC_MESSAGES, OPENAI_CHAT ->
          "{\"model\":\"claude-sonnet-4-5\",\"max_tokens\":50,"
              + "\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]%s}";
      case OPENAI_RESPONSES ->
          "{\"model\":\"claude-sonnet-4-5\",\"input\":\"Hello\",\"reasoning\":{},"
              + "\"tools\":[{\"type\":\"function\",\"name\":\"f\"}]%s}";
      case OPENAI_EMBEDDINGS -> "{\"model\":\"claude-sonnet-4-5\",\"input\":[\"Hello\",\"you\"]%s}";
    };
  }
}
