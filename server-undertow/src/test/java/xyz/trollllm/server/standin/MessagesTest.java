package xyz.trollllm.server.standin;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import xyz.trollllm.billing.TokenCounts;

class MessagesTest extends StandInTest {

  @Test
  void answersInWordsAndReportsThemAsTokens() throws Exception {
    JsonNode answer = json(post(MESSAGES, asking(", \"max_tokens\": 100")));

    String text = answer.at("/content/0/text").stringValue();
    assertThat(text.split(" ", -1)).hasSize(32);
    assertThat(answer.at("/usage/input_tokens").longValue()).isEqualTo(10);
    assertThat(answer.at("/usage/output_tokens").longValue()).isEqualTo(32);
    assertThat(answer.path("stop_reason").stringValue()).isEqualTo("end_turn");
    assertThat(answer.path("model").stringValue()).isEqualTo("m");
  }

  @ParameterizedTest
  @CsvSource({"5, 5, max_tokens", "0, 0, max_tokens", "32, 32, end_turn", "33, 32, end_turn"})
  void stopsAtMaxTokens(int maxTokens, int tokens, String reason) throws Exception {
    JsonNode answer = json(post(MESSAGES, asking(", \"max_tokens\": " + maxTokens)));

    assertThat(answer.at("/usage/output_tokens").longValue()).isEqualTo(tokens);
    assertThat(answer.path("stop_reason").stringValue()).isEqualTo(reason);
  }

  @Test
  void saysAsManyWordsAsAreAskedFor() throws Exception {
    String request =
        """
        {"model": "m", "max_tokens": 1000, "messages": [
          {"role": "user", "content": [{"type": "text", "text": "Answer in 200 words."}]}]}\
        """;

    JsonNode answer = json(post(MESSAGES, request));

    assertThat(answer.at("/usage/output_tokens").longValue()).isEqualTo(200);
  }

  @Test
  void streamsEventsInTheOrderOfTheApi() throws Exception {
    HttpResponse<String> response = post(MESSAGES, asking(", \"max_tokens\": 2, \"stream\": true"));

    assertThat(response.headers().firstValue("content-type"))
        .hasValue("text/event-stream; charset=utf-8");
    assertThat(eventNames(response.body()))
        .containsExactly(
            "message_start",
            "ping",
            "content_block_start",
            "content_block_delta",
            "content_block_delta",
            "content_block_stop",
            "message_delta",
            "message_stop");
    assertThat(response.body()).endsWith("\n\n");
  }

  @Test
  void reportsUsageAtTheStartAndCumulativelyAtTheEnd() throws Exception {
    List<JsonNode> events =
        data(post(MESSAGES, asking(", \"max_tokens\": 9, \"stream\": true")).body());

    JsonNode start = events.getFirst().at("/message/usage");
    JsonNode end = events.get(events.size() - 2).path("usage");
    assertThat(start.path("input_tokens").longValue()).isEqualTo(10);
    assertThat(start.path("output_tokens").longValue()).isEqualTo(1);
    assertThat(end.path("input_tokens").longValue()).isEqualTo(10);
    assertThat(end.path("output_tokens").longValue()).isEqualTo(9);
  }

  @Test
  void thinksAndCallsToolsWhenAsked() throws Exception {
    String more =
        """
        , "max_tokens": 2000, "stream": true, "thinking": {"type": "enabled", "budget_tokens": 1024},
        "tools": [{"name": "get_weather", "input_schema": {"type": "object"}}]\
        """;

    List<JsonNode> events = data(post(MESSAGES, asking(more)).body());

    assertThat(events)
        .extracting(event -> event.at("/content_block/type").asString(""))
        .containsSubsequence("thinking", "text", "tool_use");
    String input = "";
    for (JsonNode event : events) {
      input += event.at("/delta/partial_json").asString("");
    }
    assertThat(input).isEqualTo(Part.ToolCall.INPUT);
    JsonNode end = events.get(events.size() - 2);
    assertThat(end.at("/delta/stop_reason").stringValue()).isEqualTo("tool_use");
    assertThat(end.at("/usage/output_tokens").longValue()).isEqualTo(32 + 12 + 12);
    assertThat(end.at("/usage/output_tokens_details/thinking_tokens").longValue()).isEqualTo(12);
  }

  @Test
  void callsTwoToolsAtOnceUnlessForbidden() throws Exception {
    String more =
        """
        , "max_tokens": 2000, "tools": [{"name": "a"}, {"name": "b"}, {"name": "c"}]%s\
        """;

    JsonNode both = json(post(MESSAGES, asking(more.formatted(""))));
    JsonNode one =
        json(
            post(
                MESSAGES,
                asking(
                    more.formatted(
                        ", \"tool_choice\": {\"type\": \"auto\","
                            + " \"disable_parallel_tool_use\": true}"))));

    assertThat(both.path("content").valueStream().map(block -> block.path("name").asString("")))
        .containsExactly("", "a", "b");
    assertThat(both.at("/content/1/id")).isNotEqualTo(both.at("/content/2/id"));
    assertThat(both.at("/usage/output_tokens").longValue()).isEqualTo(32 + 12 + 12);
    assertThat(one.path("content")).hasSize(2);
  }

  @Test
  void thinksBetweenBlocksWhenThinkingIsAdaptive() throws Exception {
    String more =
        """
        , "max_tokens": 2000, "thinking": {"type": "adaptive"}, "tools": [{"name": "a"}]\
        """;

    JsonNode answer = json(post(MESSAGES, asking(more)));

    assertThat(answer.path("content").valueStream().map(block -> block.path("type").asString("")))
        .containsExactly("thinking", "text", "thinking", "tool_use");
    assertThat(answer.at("/usage/output_tokens_details/thinking_tokens").longValue()).isEqualTo(12);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'type':'thinking','thinking':'t','signature':'s'}"
            + " | messages.1.content.0: Invalid `signature` in `thinking` block",
        "{'type':'tool_use','id':'toolu_9','name':'a','input':{}} | messages.1: `tool_use` ids were"
            + " found without `tool_result` blocks immediately after: toolu_9",
      })
  void refusesAHistoryThatLostSomething(String block, String message) throws Exception {
    String request =
        """
        {"model": "m", "max_tokens": 100, "messages": [
          {"role": "user", "content": "?"},
          {"role": "assistant", "content": [%s]},
          {"role": "user", "content": "And?"}]}\
        """
            .formatted(block.replace('\'', '"'));

    HttpResponse<String> response = post(MESSAGES, request);

    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(json(response).at("/error/message").stringValue()).isEqualTo(message);
  }

  @Test
  void answersToolResultsInWords() throws Exception {
    String request =
        """
        {"model": "m", "max_tokens": 100, "tools": [{"name": "t", "input_schema": {}}],
         "messages": [{"role": "user", "content": [
           {"type": "tool_result", "tool_use_id": "toolu_1", "content": "18 degrees"}]}]}\
        """;

    JsonNode answer = json(post(MESSAGES, request));

    assertThat(answer.path("stop_reason").stringValue()).isEqualTo("end_turn");
  }

  @Test
  void countsMarkedPartsOfThePromptAsCached() throws Exception {
    String request =
        """
        {"model": "m", "max_tokens": 4,
         "system": [
           {"type": "text", "text": "aaaaaaaaaaaaaaaa", "cache_control": {"type": "ephemeral"}},
           {"type": "text", "text": "bbbbbbbb", "cache_control": {"type": "ephemeral"}}],
         "messages": [{"role": "user", "content": [
           {"type": "text", "text": "cccc", "cache_control": {"type": "ephemeral", "ttl": "1h"}},
           {"type": "text", "text": "dddddddddddd"}]}]}\
        """;

    JsonNode usage = json(post(MESSAGES, request)).path("usage");

    assertThat(usage.path("cache_read_input_tokens").longValue()).isEqualTo(4);
    assertThat(usage.path("cache_creation_input_tokens").longValue()).isEqualTo(3);
    assertThat(usage.at("/cache_creation/ephemeral_5m_input_tokens").longValue()).isEqualTo(2);
    assertThat(usage.at("/cache_creation/ephemeral_1h_input_tokens").longValue()).isEqualTo(1);
    assertThat(usage.path("input_tokens").longValue()).isEqualTo(3);
    assertThat(standIn.served().getFirst().usage()).isEqualTo(new TokenCounts(3, 2, 1, 4, 4));
  }

  @Test
  void countsTokensWithoutAnswering() throws Exception {
    String count = post(MESSAGES + "/count_tokens?beta=true", asking("")).body();

    assertThat(count).isEqualTo("{\"input_tokens\":10}");
  }

  @Test
  void sameRequestGetsSameBytes() throws Exception {
    String request = asking(", \"max_tokens\": 50, \"stream\": true");

    assertThat(post(MESSAGES, request).body()).isEqualTo(post(MESSAGES, request).body());
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/messages", "/api/v1/ai/openai/cc-omg/v1/messages"})
  void servesBothUpstreamsPaths(String path) throws Exception {
    assertThat(post(path, asking(", \"max_tokens\": 1")).statusCode()).isEqualTo(200);
  }

  @Test
  void acceptsItsKeyInEitherHeaderAndNoOther() throws Exception {
    String json = asking(", \"max_tokens\": 1");

    HttpResponse<String> refused =
        send(request(MESSAGES, json).setHeader("authorization", "Bearer sk-other"));
    HttpResponse<String> accepted =
        send(
            request(MESSAGES, json)
                .setHeader("authorization", "none")
                .header("x-api-key", StandInUpstream.KEY));

    assertThat(refused.statusCode()).isEqualTo(401);
    assertThat(json(refused).at("/error/type").stringValue()).isEqualTo("authentication_error");
    assertThat(accepted.statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"model\": \"m\", \"messages\": [{}]} | max_tokens: Field required",
        "{\"max_tokens\": 1, \"messages\": [{}]} | model: Field required",
        "{\"model\": \"m\", \"max_tokens\": 1} | messages: at least one message is required",
        "{\"model\": | The body is not valid JSON.",
      })
  void refusesWhatTheApiRefuses(String request, String message) throws Exception {
    HttpResponse<String> response = post(MESSAGES, request);

    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(json(response).at("/error/type").stringValue()).isEqualTo("invalid_request_error");
    assertThat(json(response).at("/error/message").stringValue()).isEqualTo(message);
    assertThat(response.headers().firstValue("request-id"))
        .hasValue(json(response).path("request_id").stringValue());
  }

  @Test
  void knowsOnlyItsModels() throws Exception {
    try (StandInUpstream other = StandInUpstream.builder().models(Set.of("n")).start()) {
      HttpResponse<String> response =
          send(request(MESSAGES, asking(", \"max_tokens\": 1")).uri(other.url().resolve(MESSAGES)));

      assertThat(response.statusCode()).isEqualTo(404);
      assertThat(json(response).at("/error/message").stringValue()).isEqualTo("model: m");
    }
  }
}
