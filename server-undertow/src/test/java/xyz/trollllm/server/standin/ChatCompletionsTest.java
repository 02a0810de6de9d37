package xyz.trollllm.server.standin;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import xyz.trollllm.billing.TokenCounts;

class ChatCompletionsTest extends StandInTest {

  @Test
  void answersInWordsAndReportsThemAsTokens() throws Exception {
    JsonNode answer = json(post(CHAT, asking(", \"max_tokens\": 100")));

    String text = answer.at("/choices/0/message/content").stringValue();
    assertThat(text.split(" ", -1)).hasSize(32);
    assertThat(answer.at("/usage/prompt_tokens").longValue()).isEqualTo(10);
    assertThat(answer.at("/usage/completion_tokens").longValue()).isEqualTo(32);
    assertThat(answer.at("/usage/total_tokens").longValue()).isEqualTo(42);
    assertThat(answer.at("/choices/0/finish_reason").stringValue()).isEqualTo("stop");
  }

  @Test
  void needsNoLimitAndTakesTheNewerName() throws Exception {
    JsonNode unlimited = json(post(CHAT, asking("")));
    JsonNode limited = json(post(CHAT, asking(", \"max_completion_tokens\": 3")));

    assertThat(unlimited.at("/usage/completion_tokens").longValue()).isEqualTo(32);
    assertThat(limited.at("/usage/completion_tokens").longValue()).isEqualTo(3);
    assertThat(limited.at("/choices/0/finish_reason").stringValue()).isEqualTo("length");
  }

  @Test
  void streamsUsageOnlyWhenAsked() throws Exception {
    String without = post(CHAT, asking(", \"stream\": true, \"max_tokens\": 3")).body();
    String with =
        post(
                CHAT,
                asking(
                    ", \"stream\": true, \"max_tokens\": 3,"
                        + " \"stream_options\": {\"include_usage\": true}"))
            .body();

    assertThat(without).doesNotContain("usage").endsWith("data: [DONE]\n\n");
    assertThat(data(without)).hasSize(5);
    List<JsonNode> chunks = data(with);
    assertThat(chunks).hasSize(6);
    assertThat(chunks.getFirst().path("usage").isNull()).isTrue();
    assertThat(chunks.getLast().path("choices")).isEmpty();
    assertThat(chunks.getLast().at("/usage/completion_tokens").longValue()).isEqualTo(3);
  }

  @Test
  void countsEveryChoice() throws Exception {
    JsonNode answer = json(post(CHAT, asking(", \"n\": 3, \"max_tokens\": 5")));

    assertThat(answer.path("choices")).hasSize(3);
    assertThat(answer.at("/usage/completion_tokens").longValue()).isEqualTo(15);
  }

  @Test
  void callsToolsInPieces() throws Exception {
    String more =
        """
        , "stream": true, "tools": [{"type": "function", "function": {"name": "get_weather"}}]\
        """;

    List<JsonNode> chunks = data(post(CHAT, asking(more)).body());

    StringBuilder arguments = new StringBuilder();
    for (JsonNode chunk : chunks) {
      arguments.append(chunk.at("/choices/0/delta/tool_calls/0/function/arguments").asString(""));
    }
    assertThat(arguments).hasToString(Part.ToolCall.INPUT);
    assertThat(chunks.getLast().at("/choices/0/finish_reason").stringValue())
        .isEqualTo("tool_calls");
  }

  @Test
  void callsTwoToolsAtOnceAndWantsBothResults() throws Exception {
    String more =
        """
        , "tools": [{"type": "function", "function": {"name": "a"}},
                    {"type": "function", "function": {"name": "b"}}]\
        """;

    JsonNode calls = json(post(CHAT, asking(more))).at("/choices/0/message/tool_calls");
    HttpResponse<String> withOneResult =
        post(
            CHAT,
            """
            {"model": "m", "messages": [
              {"role": "user", "content": "?"},
              {"role": "assistant", "tool_calls": %s},
              {"role": "tool", "tool_call_id": "%s", "content": "18"}]}\
            """
                .formatted(calls, calls.at("/0/id").stringValue()));

    assertThat(calls.valueStream().map(call -> call.at("/function/name").stringValue()))
        .containsExactly("a", "b");
    assertThat(withOneResult.statusCode()).isEqualTo(400);
    assertThat(json(withOneResult).at("/error/message").stringValue())
        .endsWith(calls.at("/1/id").stringValue());
  }

  @Test
  void promptTokensIncludeCachedOnes() throws Exception {
    String request =
        """
        {"model": "m", "max_tokens": 1, "messages": [{"role": "user", "content": [
           {"type": "text", "text": "aaaaaaaa", "cache_control": {"type": "ephemeral"}},
           {"type": "text", "text": "bbbb", "cache_control": {"type": "ephemeral"}},
           {"type": "text", "text": "cccc"}]}]}\
        """;

    JsonNode usage = json(post(CHAT, request)).path("usage");

    assertThat(usage.path("prompt_tokens").longValue()).isEqualTo(4);
    assertThat(usage.at("/prompt_tokens_details/cached_tokens").longValue()).isEqualTo(2);
    assertThat(usage.path("cache_creation_input_tokens").longValue()).isEqualTo(1);
    assertThat(standIn.served().getFirst().usage()).isEqualTo(new TokenCounts(1, 1, 0, 2, 1));
  }

  @Test
  void refusesInItsOwnEnvelope() throws Exception {
    HttpResponse<String> response = post(CHAT, "{\"messages\": [{}]}");
    HttpResponse<String> unknownKey =
        send(request(CHAT, asking("")).setHeader("authorization", "Bearer sk-other"));

    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(json(response).at("/error/message").stringValue())
        .isEqualTo("model: Field required");
    assertThat(unknownKey.statusCode()).isEqualTo(401);
    assertThat(json(unknownKey).at("/error/code").stringValue()).isEqualTo("invalid_api_key");
  }
}
