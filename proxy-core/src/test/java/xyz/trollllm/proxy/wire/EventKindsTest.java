package xyz.trollllm.proxy.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.trollllm.billing.Basis;
import xyz.trollllm.billing.TokenCounts;
import xyz.trollllm.config.Api;
import xyz.trollllm.config.UsageSemantics;

/** What kind an event is of, and what each kind says. */
final class EventKindsTest {
  @Test
  void eventNamedErrorIsOneWhateverItHolds() {
    AnswerMeter meter =
        read(Api.ANTHROPIC_MESSAGES, "event: error\ndata: {\"type\":\"error\"}\n\n");

    assertThat(meter.sawError()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "data: {\"type\":\"response.completed\",%s}\n\n",
        "event: response.completed\ndata: {%s}\n\n",
        "event: other\ndata: {\"type\":\"response.completed\",%s}\n\n",
      })
  void kindOfAResponsesEventIsItsTypeAndElseItsName(String event) {
    AnswerMeter meter =
        read(
            Api.OPENAI_RESPONSES,
            event.formatted("\"response\":{\"usage\":{\"input_tokens\":36,\"output_tokens\":87}}"));

    assertThat(meter.usage().usage().counts()).isEqualTo(TokenCounts.of(36, 87));
    assertThat(meter.usage().basis()).isEqualTo(Basis.UPSTREAM);
    assertThat(meter.sawEnd()).isTrue();
  }

  @Test
  void searchesOfAResponseAreCountedItemByItem() {
    String search =
        """
        data: {"type":"response.output_item.done","item":{"type":"web_search_call",\
        "action":{"type":"search"}}}

        """;
    String text = "data: {\"type\":\"response.output_text.delta\",\"delta\":\"Hi\"}\n\n";

    AnswerMeter meter = read(Api.OPENAI_RESPONSES, search + search + text);

    assertThat(meter.usage().usage().webSearches()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"response.output_item.added\",\"item\":{\"type\":\"function_call\",\"name\":\"f\"}}",
        "{\"type\":\"response.audio.delta\",\"delta\":\"UklGRg==\"}",
        "{\"type\":\"response.output_text.delta\",\"delta\":\"Hi\"}",
      })
  void whatAResponseDeliversIsContent(String data) {
    assertThat(read(Api.OPENAI_RESPONSES, "data: " + data + "\n\n").sawContent()).isTrue();
  }

  @Test
  void soundHasNoCharacters() {
    AnswerMeter meter =
        read(
            Api.OPENAI_RESPONSES,
            "data: {\"type\":\"response.audio.delta\",\"delta\":\"UklGRg==\"}\n\n");

    assertThat(meter.usage().usage().counts().output()).isZero();
  }

  @ParameterizedTest(name = "{0}{1}: {2}")
  @CsvSource({
    "stop, usage, true",
    "usage, stop, true",
    "stop, '', false",
    "'', usage, false",
    "stop, zeros, false",
    "stop, text, false",
  })
  void usageOfAFinishedChatIsItsEndEvenWithoutDone(String first, String second, boolean end) {
    AnswerMeter meter = read(Api.OPENAI_CHAT, chunk("text") + chunk(first) + chunk(second));

    assertThat(meter.sawEnd()).isEqualTo(end);
  }

  private static String chunk(String kind) {
    return switch (kind) {
      case "text" -> "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}\n\n";
      case "stop" -> "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
      case "usage" ->
          "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}\n\n";
      case "zeros" ->
          "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":0,\"completion_tokens\":0}}\n\n";
      default -> "";
    };
  }

  @Test
  void onlyAMalformedEventWithUsageIsFlagged() {
    String start = "event: message_start\ndata: {\"message\":{\"usage\":{\"input_tokens\":9}}}\n\n";
    String text =
        "event: content_block_delta\ndata: {\"delta\":{\"type\":\"text_delta\",\"text\":\"Hi\"}}\n\n";
    String broken = "event: ping\ndata: {\"x\":]\n\n";
    String brokenUsage = "event: message_delta\ndata: {\"usage\":{\"output_tokens\":5}]\n\n";

    AnswerMeter harmless = read(Api.ANTHROPIC_MESSAGES, start + text + broken);
    AnswerMeter harmful = read(Api.ANTHROPIC_MESSAGES, start + text + brokenUsage);

    assertThat(harmless.usage().flags()).containsExactly(UsageFlags.ESTIMATED_OUTPUT);
    assertThat(harmful.usage().flags())
        .containsExactly(UsageFlags.ESTIMATED_OUTPUT, UsageFlags.UNREADABLE_USAGE);
  }

  private static AnswerMeter read(Api api, String stream) {
    AnswerMeter meter = AnswerMeters.of(api, true, UsageSemantics.AUTO, 100);
    meter.observe(ByteBuffer.wrap(stream.getBytes(UTF_8)));
    return meter;
  }
}
