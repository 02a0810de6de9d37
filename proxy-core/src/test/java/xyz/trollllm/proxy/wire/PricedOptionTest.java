package xyz.trollllm.proxy.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.config.Api.ANTHROPIC_MESSAGES;
import static xyz.trollllm.config.Api.OPENAI_CHAT;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.trollllm.config.Api;

final class PricedOptionTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "\"service_tier\":\"auto\" | []",
        "\"service_tier\":null | []",
        "\"service_tier\":\"default\" | [ServiceTier[path=$.service_tier, tier=STANDARD]]",
        "\"service_tier\":\"standard_only\" | [ServiceTier[path=$.service_tier, tier=STANDARD]]",
        "\"service_tier\":\"flex\" | [ServiceTier[path=$.service_tier, tier=FLEX]]",
        "\"service_tier\":\"priority\" | [ServiceTier[path=$.service_tier, tier=PRIORITY]]",
        "\"speed\":\"standard\" | []",
        "\"speed\":\"fast\" | [FastSpeed[path=$.speed]]",
        "\"inference_geo\":null | []",
        "\"inference_geo\":\"global\" | [InferenceGeo[path=$.inference_geo, us=false]]",
        "\"inference_geo\":\"us\" | [InferenceGeo[path=$.inference_geo, us=true]]",
        "\"compaction\":{} | [Compaction[path=$.compaction]]",
        "\"context_management\":{\"edits\":[{\"type\":\"clear_tool_uses_20250919\"}]} | []",
        "\"context_management\":{\"edits\":[{\"type\":\"compact_20260112\"}]} | [Compaction[path=$.context_management]]",
        "\"web_search_options\":{} | [WebSearch[path=$.web_search_options, maxUses=OptionalLong.empty]]",
        "\"tools\":[{\"type\":\"custom\",\"name\":\"f\"},{\"max_uses\":3,\"type\":\"web_search_20250305\",\"name\":\"web_search\"}] | [WebSearch[path=$.tools[1], maxUses=OptionalLong[3]]]",
        "\"tools\":[{\"type\":\"web_fetch_20250910\",\"name\":\"web_fetch\"}] | [WebFetch[path=$.tools[0], maxUses=OptionalLong.empty]]",
        "\"tools\":[{\"type\":\"web_search_preview\"}] | [WebSearch[path=$.tools[0], maxUses=OptionalLong.empty]]",
        "\"tools\":[{\"googleSearch\":{}}] | [WebSearch[path=$.tools[0], maxUses=OptionalLong.empty]]",
        "\"tools\":[{\"model\":\"opus\",\"type\":\"advisor_20260301\",\"name\":\"advisor\",\"max_uses\":2}] | [Advisor[path=$.tools[0], model=opus, maxUses=OptionalLong[2]]]",
        "\"tools\":[{\"name\":\"f\",\"input_schema\":{\"type\":\"web_search\",\"max_uses\":\"x\"}}] | []"
      })
  void isReadFromTheBody(String member, String options) {
    for (Api api : List.of(ANTHROPIC_MESSAGES, OPENAI_CHAT)) {
      assertThat(read(api, member).options()).as(api.name()).hasToString(options);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"service_tier\":\"scale\"",
        "\"service_tier\":5",
        "\"speed\":\"warp\"",
        "\"speed\":\"fast\",\"speed\":\"standard\"",
        "\"inference_geo\":\"eu\"",
        "\"plugins\":[{\"id\":\"web\"}]",
        "\"search_parameters\":{\"mode\":\"on\"}",
        "\"tools\":{}",
        "\"tools\":[7]",
        "\"tools\":[{\"type\":\"web_search_20250305\",\"max_uses\":1,\"max_uses\":100}]",
        "\"tools\":[{\"type\":\"custom\",\"name\":\"f\",\"type\":\"web_search_20250305\"}]",
        "\"tools\":[{\"type\":\"web_search_20250305\",\"max_uses\":\"3\"}]",
        "\"tools\":[{\"type\":\"web_search_20250305\",\"max_uses\":-1}]",
        "\"tools\":[{\"type\":\"advisor_20260301\",\"name\":\"advisor\"}]",
        "\"tools\":[{\"type\":\"code_execution_20250825\",\"name\":\"code_execution\"}]",
        "\"tools\":[{\"type\":\"file_search\"}]",
        "\"tools\":[{\"codeExecution\":{}}]",
        "\"billing_policy\":{}",
        "\"fallbacks\":[]"
      })
  void whatNoConfigurationCanPriceIsRefused(String member) {
    for (Api api : List.of(ANTHROPIC_MESSAGES, OPENAI_CHAT)) {
      assertThat(reading(api, member)).isInstanceOf(RequestReading.Invalid.class);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"type\":\"image\",\"source\":{\"data\":\"DATA\",\"media_type\":\"image/png\",\"type\":\"base64\"}} | 1,0,0,0 | true",
        "{\"type\":\"document\",\"source\":{\"type\":\"base64\",\"media_type\":\"application/pdf\",\"data\":\"DATA\"}} | 0,1,0,0 | true",
        "{\"type\":\"x\",\"source\":{\"type\":\"base64\",\"data\":\"DATA\"}} | 0,0,0,1 | true",
        "{\"type\":\"x\",\"source\":{\"type\":\"base64\",\"media_type\":\"video/mp4\",\"data\":\"DATA\"}} | 0,0,0,1 | true",
        "{\"type\":\"document\",\"source\":{\"type\":\"text\",\"media_type\":\"text/plain\",\"data\":\"DATA\"}} | 0,0,0,0 | false",
        "{\"type\":\"tool_result\",\"content\":[{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"image/png\",\"data\":\"DATA\"}}]} | 1,0,0,0 | true",
        "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image\\/png;base64,DATA\"}} | 1,0,0,0 | true",
        "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:application/pdf;base64,DATA\"}} | 0,1,0,0 | true",
        "{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"DATA\",\"format\":\"wav\"}} | 0,0,1,0 | true",
        "{\"type\":\"file\",\"file\":{\"file_data\":\"data:application/pdf;base64,DATA\"}} | 0,1,0,0 | true",
        "{\"type\":\"tool_use\",\"input\":{\"source\":{\"type\":\"base64\",\"media_type\":\"image/png\",\"data\":\"DATA\"}}} | 1,0,0,0 | false",
        "{\"type\":\"tool_use\",\"input\":{\"image_url\":{\"url\":\"data:image/png;base64,DATA\"}}} | 1,0,0,0 | false",
        "{\"type\":\"tool_use\",\"input\":[{\"file\":{\"file_data\":\"data:application/pdf;base64,DATA\"}}]} | 0,1,0,0 | false"
      })
  void bytesOfMediaAreNoTextOnlyWhereTheUpstreamTakesThemAsMedia(
      String part, String kinds, boolean media) {
    String data = "A".repeat(5000);
    String member =
        "\"messages\":[{\"role\":\"user\",\"content\":[" + part.replace("DATA", data) + "]}]";

    for (Api api : List.of(ANTHROPIC_MESSAGES, OPENAI_CHAT)) {
      InlineMedia found = read(api, member).media();
      assertThat(
              "%d,%d,%d,%d"
                  .formatted(found.images(), found.documents(), found.sounds(), found.others()))
          .isEqualTo(kinds);
      if (media) {
        assertThat(found.bytes()).isBetween(5000, 5060);
      } else {
        assertThat(found.bytes()).isZero();
      }
    }
  }

  @Test
  void mediaInToolsAreText() {
    String member =
        "\"tools\":[{\"name\":\"f\",\"input_schema\":{\"source\":{\"type\":\"base64\","
            + "\"media_type\":\"image/png\",\"data\":\"AAAA\"}}}]";

    assertThat(read(ANTHROPIC_MESSAGES, member).media()).isEqualTo(new InlineMedia(1, 0, 0, 0, 0));
  }

  private static RequestSummary read(Api api, String member) {
    return switch (reading(api, member)) {
      case RequestReading.Read(RequestSummary summary) -> summary;
      case RequestReading.Invalid(String message) -> throw new AssertionError(message);
    };
  }

  private static RequestReading reading(Api api, String member) {
    String body = "{\"model\":\"m\",\"max_tokens\":1," + member + "}";
    return RequestReader.read(api, ByteBuffer.wrap(body.getBytes(UTF_8)));
  }
}
