package xyz.trollllm.server.standin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ResponsesTest extends StandInTest {
  private static final String RESPONSES = "/v1/responses";

  @Test
  void answersInWordsAndReportsThemAsTokens() throws Exception {
    JsonNode answer = json(post(RESPONSES, asking("")));

    assertThat(answer.at("/output/0/content/0/text").stringValue().split(" ", -1)).hasSize(32);
    assertThat(answer.at("/usage/input_tokens").longValue()).isEqualTo(10);
    assertThat(answer.at("/usage/output_tokens").longValue()).isEqualTo(32);
    assertThat(answer.at("/status").stringValue()).isEqualTo("completed");
  }

  @Test
  void streamsNumberedEventsToTheEndThatFits() throws Exception {
    String stream = post(RESPONSES, asking(", \"stream\": true, \"max_output_tokens\": 3")).body();

    List<JsonNode> events = data(stream);
    assertThat(eventNames(stream))
        .startsWith("response.created", "response.in_progress", "response.output_item.added")
        .endsWith("response.output_item.done", "response.incomplete");
    assertThat(events.stream().map(event -> event.path("sequence_number").intValue()))
        .containsExactlyElementsOf(IntStream.range(0, events.size()).boxed().toList());
    assertThat(events.getFirst().at("/response/usage").isNull()).isTrue();
    assertThat(events.getLast().at("/response/usage/output_tokens").longValue()).isEqualTo(3);
  }

  @Test
  void thinksAndCallsTools() throws Exception {
    JsonNode answer =
        json(
            post(
                RESPONSES,
                asking(
                    ", \"reasoning\": {}, \"tools\": [{\"type\": \"function\", \"name\": \"f\"}]")));

    assertThat(answer.path("output").valueStream().map(item -> item.path("type").stringValue()))
        .containsExactly("reasoning", "message", "function_call");
    assertThat(answer.at("/output/2/arguments").stringValue()).isEqualTo(Part.ToolCall.INPUT);
  }

  @Test
  void embedsEveryInput() throws Exception {
    JsonNode answer =
        json(
            post("/v1/embeddings", "{\"model\": \"m\", \"input\": [\"one\", \"two\", \"three\"]}"));

    assertThat(answer.path("data")).hasSize(3);
    assertThat(answer.at("/usage/prompt_tokens").longValue()).isEqualTo(6);
    assertThat(answer.at("/usage/completion_tokens").isMissingNode()).isTrue();
  }

  @Test
  void refusesWhatHasNoInput() throws Exception {
    assertThat(post(RESPONSES, "{\"model\": \"m\"}").statusCode()).isEqualTo(400);
    assertThat(post("/v1/embeddings", "{\"model\": \"m\", \"input\": []}").statusCode())
        .isEqualTo(400);
  }

  /** A question of 40 bytes, which are ten tokens. */
  static String asking(String moreFields) {
    return """
    {"model": "m", "input": "What, do you think, is a stand-in? Well?" %s}\
    """
        .formatted(moreFields);
  }
}
