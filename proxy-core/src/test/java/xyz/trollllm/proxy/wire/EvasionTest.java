package xyz.trollllm.proxy.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.trollllm.billing.Basis;
import xyz.trollllm.config.Api;
import xyz.trollllm.config.UsageSemantics;

/** Ways to be served more than is priced. */
final class EvasionTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"models\":[\"dear\"]",
        "\"Models\":[\"dear\"]",
        "\"route\":\"fallback\"",
        "\"provider\":{\"order\":[\"dear\"]}",
        "\"preset\":\"dear\"",
        "\"Fallbacks\":[{\"model\":\"dear\"}]",
        "\"fallback\u017F\":[{\"model\":\"dear\"}]",
        "\"\u017Fervice_tier\":\"priority\"",
        "\"stream_options\":{\"Include_Usage\":false}",
        "\"stream_options\":{\"include_u\u017Fage\":false}",
        "\"tools\":[{\"type\":\"x_search\"}]",
        "\"tools\":[{\"type\":\"openrouter:web_search\"}]",
        "\"tools\":[{\"type\":5}]",
        "\"tools\":[{\"name\":\"x\",\"Type\":\"code_interpreter\"}]",
      })
  void whatHasNoPriceIsRefused(String member) {
    String body = "{\"model\":\"m\",\"messages\":[]," + member + "}";

    assertThat(RequestReader.read(Api.OPENAI_CHAT, ByteBuffer.wrap(body.getBytes(UTF_8))))
        .isInstanceOf(RequestReading.Invalid.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "function",
        "custom",
        "bash_20250124",
        "text_editor_20250728",
        "computer_20250124",
        "memory_20250818",
        "mcp",
        "tool_search_tool_regex_20251119",
        "local_shell"
      })
  void toolsThatCostTokensOnlyAreAccepted(String type) {
    String body =
        "{\"model\":\"m\",\"messages\":[],\"tools\":[{\"type\":\"%s\",\"name\":\"x\"}]}"
            .formatted(type);

    assertThat(RequestReader.read(Api.OPENAI_CHAT, ByteBuffer.wrap(body.getBytes(UTF_8))))
        .isInstanceOf(RequestReading.Read.class);
  }

  @Test
  void inputOfACustomToolIsContent() {
    AnswerMeter meter = AnswerMeters.of(Api.OPENAI_CHAT, true, UsageSemantics.AUTO, 100);
    String chunk =
        "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"custom\":"
            + "{\"name\":\"write\",\"input\":\"twelve chars\"}}]}}]}\n\n";
    meter.observe(ByteBuffer.wrap(chunk.getBytes(UTF_8)));

    Metered left = meter.usageOfAbandoned();

    assertThat(left.basis()).isEqualTo(Basis.ESTIMATED);
    assertThat(left.usage().counts().output()).isEqualTo(5);
  }
}
