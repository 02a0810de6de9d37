package xyz.trollllm.proxy.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.config.Api.ANTHROPIC_MESSAGES;
import static xyz.trollllm.config.Api.OPENAI_CHAT;
import static xyz.trollllm.proxy.wire.Bodies.buffer;
import static xyz.trollllm.proxy.wire.Bodies.read;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.trollllm.config.Api;

class BodyEditsTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"model\":\"m\",\"max_tokens\":1}",
        " {\t\"a\":{\"model\":\"m\"},\"model\" :\n\"m\" , \"max_tokens\":1}\r\n",
        "{\"x\":\"\\\"model\\\":\\\"m\\\"\",\"é😀\":\"日\",\"model\":\"m\",\"max_tokens\":1}",
        "{\"mod\\u0065l\":\"\\u006d\",\"max_tokens\":1}"
      })
  void onlyTheModelsValueChanges(String body) {
    String value = body.contains("\\u006d") ? "\"\\u006d\"" : "\"m\"";
    int at = body.lastIndexOf(value);

    String forwarded = forward(ANTHROPIC_MESSAGES, body, "upstream/\"é\"\\\n");

    assertThat(forwarded)
        .isEqualTo(
            body.substring(0, at)
                + "\"upstream/\\\"é\\\"\\\\\\n\""
                + body.substring(at + value.length()));
    assertThat(read(ANTHROPIC_MESSAGES, forwarded).model()).isEqualTo("upstream/\"é\"\\\n");
  }

  @Test
  void bodyGoesOnUntouchedWhenTheModelIsTheSame() {
    String body = "{\"\\u006dodel\":\"\\u006d\",\"max_tokens\":1,\"stream\":true}";

    assertThat(forward(ANTHROPIC_MESSAGES, body, "m")).isEqualTo(body);
  }

  @Test
  void bodyIsNotCopied() {
    ByteBuffer body = buffer("{\"model\":\"m\",\"max_tokens\":1}");

    List<ByteBuffer> parts =
        BodyEdits.forward(
            body,
            read(ANTHROPIC_MESSAGES, body),
            ANTHROPIC_MESSAGES,
            "other",
            OptionalLong.empty());

    body.put(0, (byte) '!');
    body.put(body.limit() - 1, (byte) '?');

    assertThat(parts).hasSize(3);
    assertThat(parts.get(0).get(0)).isEqualTo((byte) '!');
    assertThat(parts.get(2).get(parts.get(2).limit() - 1)).isEqualTo((byte) '?');
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{\"stream\":true,\"model\":\"m\"} | {\"stream_options\":{\"include_usage\":true},\"stream\":true,\"model\":\"m\"}",
        "{ \"model\" : \"m\",\"stream\":true } | {\"stream_options\":{\"include_usage\":true}, \"model\" : \"m\",\"stream\":true }",
        "{\"stream\":true,\"stream_options\":null,\"model\":\"m\"} | {\"stream\":true,\"stream_options\":{\"include_usage\":true},\"model\":\"m\"}",
        "{\"stream\":true,\"stream_options\":{ },\"model\":\"m\"} | {\"stream\":true,\"stream_options\":{\"include_usage\":true },\"model\":\"m\"}",
        "{\"stream\":true,\"stream_options\":{ \"a\":1 },\"model\":\"m\"} | {\"stream\":true,\"stream_options\":{\"include_usage\":true, \"a\":1 },\"model\":\"m\"}",
        "{\"stream\":true,\"stream_options\":{\"include_usage\" : false , \"a\":1},\"model\":\"m\"} | {\"stream\":true,\"stream_options\":{\"include_usage\" : true , \"a\":1},\"model\":\"m\"}",
        "{\"stream\":true,\"stream_options\":{\"a\":{\"include_usage\":false},\"include_usage\":null},\"model\":\"m\"} | {\"stream\":true,\"stream_options\":{\"a\":{\"include_usage\":false},\"include_usage\":true},\"model\":\"m\"}",
        "{\"stream\":true,\"stream\\u005foptions\":{\"includ\\u0065_usage\":false},\"model\":\"m\"} | {\"stream\":true,\"stream\\u005foptions\":{\"includ\\u0065_usage\":true},\"model\":\"m\"}",
        "{\"stream\":true,\"stream_options\":{\"include_usage\":true},\"model\":\"m\"} | {\"stream\":true,\"stream_options\":{\"include_usage\":true},\"model\":\"m\"}",
        "{\"stream\":false,\"model\":\"m\"} | {\"stream\":false,\"model\":\"m\"}",
        "{\"stream_options\":{\"include_usage\":false},\"model\":\"m\"} | {\"stream_options\":{\"include_usage\":false},\"model\":\"m\"}",
        "{\"x\":{\"stream_options\":{\"include_usage\":true}},\"stream\":true,\"model\":\"m\"} | {\"stream_options\":{\"include_usage\":true},\"x\":{\"stream_options\":{\"include_usage\":true}},\"stream\":true,\"model\":\"m\"}"
      })
  void openAiStreamsAreAskedForUsage(String body, String expected) {
    assertThat(forward(OPENAI_CHAT, body, "m")).isEqualTo(expected);
    assertThat(forward(OPENAI_CHAT, body, "other"))
        .isEqualTo(
            expected
                .replace("\"model\":\"m\"", "\"model\":\"other\"")
                .replace("\"model\" : \"m\"", "\"model\" : \"other\""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"stream\":true,\"model\":\"m\"}",
        "\n{\"stream\":true,\"stream_options\":{\"é\":\"}{\"},\"model\":\"m\"}",
        "{\"model\":\"m\",\"stream_options\":{},\"stream\":true}"
      })
  void askingAgainChangesNothing(String body) {
    String once = forward(OPENAI_CHAT, body, "other");

    assertThat(read(OPENAI_CHAT, once).includeUsage()).isTrue();
    assertThat(forward(OPENAI_CHAT, once, "other")).isEqualTo(once);
  }

  @Test
  void anthropicStreamsAreNotAskedForUsage() {
    String body = "{\"stream\":true,\"model\":\"m\",\"max_tokens\":1}";

    assertThat(forward(ANTHROPIC_MESSAGES, body, "m")).isEqualTo(body);
  }

  private static String forward(Api api, String body, String upstreamModelId) {
    return Bodies.forward(api, body, upstreamModelId, OptionalLong.empty());
  }
}
