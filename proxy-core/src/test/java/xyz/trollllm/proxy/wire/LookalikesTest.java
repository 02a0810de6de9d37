package xyz.trollllm.proxy.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.config.Api.ANTHROPIC_MESSAGES;
import static xyz.trollllm.config.Api.OPENAI_CHAT;
import static xyz.trollllm.config.Api.OPENAI_RESPONSES;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import xyz.trollllm.billing.TokenCounts;
import xyz.trollllm.config.Api;
import xyz.trollllm.config.UsageSemantics;

/** What looks like usage is not, and what is usage is found however it is written. */
final class LookalikesTest {
  private static final String LIE =
      "{\"input_tokens\":900,\"output_tokens\":900,\"prompt_tokens\":900,\"completion_tokens\":900}";
  private static final String ESCAPED_LIE = "\"usage\":" + LIE;
  private static final String LIE_IN_TEXT = ESCAPED_LIE.replace("\"", "\\\"");

  /** An object that claims to be usage, a message or a response. */
  private static final String LIE_IN_OBJECT =
      "{\"usage\":%s,\"message\":{\"usage\":%s},\"response\":{\"usage\":%s},\"data\":[{\"usage\":%s}]}"
          .formatted(LIE, LIE, LIE, LIE);

  private static final String USAGE = "\"usage\":{\"input_tokens\":5,\"output_tokens\":7}";
  private static final String CHAT_USAGE =
      "\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":7}";

  static Stream<Arguments> answers() {
    return Stream.of(
        answer(
            ANTHROPIC_MESSAGES,
            true,
            event("message_start", "\"message\":{\"usage\":{\"input_tokens\":5}}"),
            event(
                "content_block_start",
                "\"content_block\":{\"type\":\"tool_use\",\"input\":"
                    + LIE_IN_OBJECT
                    + ",\"usage\":"
                    + LIE
                    + "},"
                    + ESCAPED_LIE),
            event(
                "content_block_delta",
                "\"delta\":{\"text\":\"" + LIE_IN_TEXT + "\"}," + ESCAPED_LIE),
            event("content_block_delta", "\"delta\":{\"partial_json\":\"" + LIE_IN_TEXT + "\"}"),
            event("ping", ESCAPED_LIE),
            event("something_new", ESCAPED_LIE),
            event(
                "message_delta", "\"delta\":" + LIE_IN_OBJECT + ",\"usage\":{\"output_tokens\":7}"),
            event("message_stop", "\"x\":" + LIE_IN_OBJECT)),
        answer(
            ANTHROPIC_MESSAGES,
            false,
            "{\"content\":[{\"type\":\"tool_use\",\"input\":"
                + LIE_IN_OBJECT
                + "},{\"type\":\"text\",\"text\":\""
                + LIE_IN_TEXT
                + "\"}],"
                + USAGE
                + ",\"container\":"
                + LIE_IN_OBJECT
                + "}"),
        answer(
            OPENAI_CHAT,
            true,
            "data: {\"choices\":[{\"delta\":{\"content\":\""
                + LIE_IN_TEXT
                + "\",\"usage\":"
                + LIE
                + "},\"usage\":"
                + LIE
                + "}],\"usage\":null,\"x\":"
                + LIE_IN_OBJECT
                + "}\n\n",
            "data: \"" + LIE_IN_TEXT + "\"\n\n",
            "data: [{" + CHAT_USAGE.replace("5", "900") + "}]\n\n",
            ": " + ESCAPED_LIE + "\nid: " + ESCAPED_LIE + "\n",
            "data: {\"choices\":[]," + CHAT_USAGE + "}\n\ndata: [DONE]\n\n"),
        answer(
            OPENAI_CHAT,
            false,
            "{\"choices\":[{\"message\":{\"content\":\"x\",\"tool_calls\":[{\"function\":{\"arguments\":\""
                + LIE_IN_TEXT
                + "\"}}],\"usage\":"
                + LIE
                + "}}],"
                + CHAT_USAGE
                + "}"),
        answer(
            OPENAI_RESPONSES,
            true,
            event(
                "response.created",
                "\"response\":{\"usage\":null,\"metadata\":" + LIE_IN_OBJECT + "}"),
            event("response.output_text.delta", "\"delta\":\"" + LIE_IN_TEXT + "\"," + ESCAPED_LIE),
            event("response.output_item.done", "\"item\":" + LIE_IN_OBJECT + "," + ESCAPED_LIE),
            event("response.in_progress", "\"response\":" + LIE_IN_OBJECT),
            event(
                "response.completed",
                "\"response\":{\"output\":["
                    + LIE_IN_OBJECT
                    + "],\"tools\":["
                    + LIE_IN_OBJECT
                    + "],"
                    + USAGE
                    + "}")),
        answer(
            OPENAI_RESPONSES,
            false,
            "{\"output\":["
                + LIE_IN_OBJECT
                + ",{\"type\":\"message\",\"content\":["
                + LIE_IN_OBJECT
                + "]}],\"metadata\":"
                + LIE_IN_OBJECT
                + ","
                + USAGE
                + "}"));
  }

  @ParameterizedTest
  @MethodSource("answers")
  void onlyUsageIsUsageHoweverReadsAreCut(Api api, boolean eventStream, String answer) {
    byte[] bytes = answer.getBytes(UTF_8);
    for (int cut = 0; cut <= bytes.length; cut++) {
      AnswerMeter meter = AnswerMeters.of(api, eventStream, UsageSemantics.AUTO, 100);
      meter.observe(ByteBuffer.wrap(bytes, 0, cut));
      meter.observe(ByteBuffer.wrap(bytes, cut, bytes.length - cut));

      assertThat(meter.usage().usage().counts())
          .as("cut at %s", cut)
          .isEqualTo(TokenCounts.of(5, 7));
      assertThat(meter.usage().flags()).isEmpty();
    }
  }

  /** Keys may be written with escapes, which also fall between reads. */
  @ParameterizedTest
  @MethodSource("answers")
  void escapesInKeysChangeNothing(Api api, boolean eventStream, String answer) {
    String escaped =
        answer
            .replace("\"usage\"", "\"\\u0075s\\u0061g\\u0065\"")
            .replace("\"output_tokens\"", "\"output\\u005Ftokens\"")
            .replace("\"completion_tokens\"", "\"completion\\u005ftoken\\u0073\"");

    assertThat(escaped).isNotEqualTo(answer);
    onlyUsageIsUsageHoweverReadsAreCut(api, eventStream, escaped);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "\"usage\":{\"input_tokens\":{\"value\":5},\"output_tokens\":7} | estimated-input,invalid-count",
        "\"usage\":{\"input_tokens\":[5],\"output_tokens\":7} | estimated-input,invalid-count",
        "\"usage\":[{\"input_tokens\":5,\"output_tokens\":7}] | no-final-usage,unreadable-usage",
        "\"usage\":{\"tokens\":{\"in\":5}} | no-final-usage,unreadable-usage",
        "\"usage\":{\"input_tokens\":5,\"output_tokens\":7,,} | unreadable-usage,upstream-error-no-content"
      })
  void usageThatCannotBeReadIsFlagged(String usage, String flags) {
    AnswerMeter meter = AnswerMeters.of(ANTHROPIC_MESSAGES, false, UsageSemantics.AUTO, 100);

    meter.observe(ByteBuffer.wrap(("{\"type\":\"message\"," + usage + "}").getBytes(UTF_8)));

    assertThat(String.join(",", meter.usage().flags())).isEqualTo(flags);
  }

  @Test
  void eventThatIsMalformedAroundItsUsageIsFlagged() {
    for (String damage : List.of("", ",}", "]")) {
      AnswerMeter meter = AnswerMeters.of(OPENAI_CHAT, true, UsageSemantics.AUTO, 100);
      String event = "data: {\"choices\":[]," + CHAT_USAGE + damage + "\n\n";

      meter.observe(ByteBuffer.wrap(event.getBytes(UTF_8)));

      assertThat(meter.usage().flags()).contains("unreadable-usage");
    }
  }

  @Test
  void usageMayBeLargeAndDeep() {
    String unknown = "\"x\":" + "[{\"a\":".repeat(50_000) + "1" + "}]".repeat(50_000);
    String many = ",\"y\":\"" + "z".repeat(2_000_000) + "\"";
    String digits = ",\"cache_read_input_tokens\":" + "9".repeat(5000);
    AnswerMeter meter = AnswerMeters.of(ANTHROPIC_MESSAGES, false, UsageSemantics.AUTO, 100);

    String answer =
        "{\"usage\":{%s%s%s,\"input_tokens\":5,\"output_tokens\":7}}"
            .formatted(unknown, many, digits);
    meter.observe(ByteBuffer.wrap(answer.getBytes(UTF_8)));

    assertThat(meter.usage().usage().counts()).isEqualTo(TokenCounts.of(5, 7));
    assertThat(meter.usage().flags()).containsExactly("invalid-count");
  }

  private static Arguments answer(Api api, boolean eventStream, String... parts) {
    return Arguments.of(api, eventStream, String.join("", parts));
  }

  private static String event(String type, String members) {
    return "event: %s\ndata: {\"type\":\"%s\",%s}\n\n".formatted(type, type, members);
  }
}
