package xyz.trollllm.proxy.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.config.Api.ANTHROPIC_MESSAGES;
import static xyz.trollllm.config.Api.OPENAI_CHAT;

import java.io.ByteArrayOutputStream;
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
    return forward(api, body, upstreamModelId, OptionalLong.empty());
  }

  private static String forward(
      Api api, String body, String upstreamModelId, OptionalLong maxTokens) {
    byte[] padded = ("..." + body + "...").getBytes(UTF_8);
    ByteBuffer buffer = ByteBuffer.wrap(padded, 3, padded.length - 6);
    ByteArrayOutputStream forwarded = new ByteArrayOutputStream();
    for (ByteBuffer part :
        BodyEdits.forward(buffer, read(api, buffer), api, upstreamModelId, maxTokens)) {
      byte[] bytes = new byte[part.remaining()];
      part.get(bytes);
      forwarded.writeBytes(bytes);
    }
    return forwarded.toString(UTF_8);
  }

  private static RequestSummary read(Api api, String body) {
    return read(api, buffer(body));
  }

  private static RequestSummary read(Api api, ByteBuffer body) {
    return switch (RequestReader.read(api, body)) {
      case RequestReading.Read(RequestSummary summary) -> summary;
      case RequestReading.Invalid(String message) -> throw new AssertionError(message);
    };
  }

  private static ByteBuffer buffer(String body) {
    return ByteBuffer.wrap(body.getBytes(UTF_8));
  }
}
