package xyz.trollllm.proxy.wire;

import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.config.Api.ANTHROPIC_MESSAGES;
import static xyz.trollllm.config.Api.OPENAI_CHAT;
import static xyz.trollllm.config.Api.OPENAI_EMBEDDINGS;
import static xyz.trollllm.config.Api.OPENAI_RESPONSES;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.trollllm.config.Api;
import xyz.trollllm.proxy.wire.RequestSummary.ByteRange;

class RequestReaderTest {
  private static final String MESSAGES = "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";

  @Test
  void summaryHoldsWhatRoutesAndPrices() {
    String body = "{\"model\":\"gpt-5\",\"stream\":true,\"max_tokens\":7,\"n\":2," + MESSAGES + "}";

    assertThat(openAi(body))
        .isEqualTo(
            new RequestSummary(
                "gpt-5",
                new ByteRange(9, 16),
                true,
                false,
                null,
                OptionalLong.of(7),
                2,
                1,
                InlineMedia.NONE,
                false,
                new OutputLimits(
                    List.of(
                        new OutputLimits.Member(
                            "max_tokens", new ByteRange(44, 45), OptionalLong.of(7))),
                    OptionalLong.empty()),
                List.of()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"Model\":\"dear\"",
        "\"MAX_TOKENS\":9",
        "\"n\":2",
        "\"max_completion_tokens\":9",
        "\"extra_body\":{\"model\":\"dear\"}",
        "\"api_base\":\"http://elsewhere\"",
        "\"tools\":[{\"type\":\"code_execution_20250825\",\"name\":\"code_execution\"}]"
      })
  void whatCouldChangeThePriceUnseenIsRefused(String member) {
    assertThat(invalid(ANTHROPIC_MESSAGES, "{\"model\":\"m\",\"max_tokens\":1," + member + "}"))
        .startsWith("$.");
  }

  @Test
  void bytesOfInlineMediaAreCounted() {
    String image =
        "{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"data\":\""
            + "A".repeat(5000)
            + "\"}}";

    RequestSummary summary =
        anthropic(
            "{\"model\":\"m\",\"max_tokens\":1,\"messages\":[{\"content\":[" + image + "]}]}");

    assertThat(summary.inlineMedia()).isEqualTo(1);
    assertThat(summary.mediaBytes()).isBetween(5000, 5010);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"model\":\"m\\u0061x\",\"max_tokens\":1}",
        "{\"mod\\u0065l\":\"max\",\"max_tokens\":1}",
        " \n{ \"a\" : {\"model\":\"no\"} ,\t\"model\" : \"max\" , \"max_tokens\":1 } \r\n",
        "{\"é日😀\":\"é日😀\",\"model\":\"max\",\"max_tokens\":1}"
      })
  void modelIsFoundWithItsExactRange(String body) {
    RequestSummary summary = anthropic(body);

    ByteRange range = summary.modelValue();
    String value =
        new String(body.getBytes(UTF_8), range.start(), range.end() - range.start(), UTF_8);
    assertThat(summary.model()).isEqualTo("max");
    assertThat(value).startsWith("\"m").endsWith("x\"");
  }

  @Test
  void rangesAreRelativeToTheBuffersPosition() {
    byte[] array = "xxxxx{\"model\":\"m\",\"max_tokens\":1}yy".getBytes(UTF_8);
    ByteBuffer body = ByteBuffer.wrap(array, 3, array.length - 5).slice();
    body.position(2);

    RequestReading reading = RequestReader.read(ANTHROPIC_MESSAGES, body);

    assertThat(reading)
        .isInstanceOfSatisfying(
            RequestReading.Read.class,
            read -> assertThat(read.summary().modelValue()).isEqualTo(new ByteRange(9, 12)));
    assertThat(body.position()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | false",
        ",\"stream_options\":null | false",
        ",\"stream_options\":{} | false",
        ",\"stream_options\":{\"include_usage\":false} | false",
        ",\"stream_options\":{\"include_usage\":null} | false",
        ",\"stream_options\":{\"x\":{\"include_usage\":true}} | false",
        ",\"stream_options\":{\"include_usage\":true} | true",
        ",\"stream_options\":{\"x\":[1],\"includ\\u0065_usage\": true } | true"
      })
  void usageIsAskedForOnlyInStreamOptions(String options, boolean asked) {
    String body = "{\"model\":\"m\",\"stream\":true" + (options == null ? "" : options) + "}";

    assertThat(openAi(body).includeUsage()).isEqualTo(asked);
  }

  @Test
  void streamOptionsWithoutStreamPass() {
    RequestSummary summary =
        openAi("{\"model\":\"m\",\"stream_options\":{\"include_usage\":true}}");

    assertThat(summary.stream()).isFalse();
    assertThat(summary.streamOptions()).isEqualTo(new ByteRange(30, 52));
  }

  @Test
  void zeroTokensWarmAnthropicsCache() {
    assertThat(anthropic("{\"model\":\"m\",\"max_tokens\":0}").maxTokens()).hasValue(0);
  }

  @Test
  void largerOfBothLimitsIsTheLimit() {
    String body = "{\"model\":\"m\",\"max_completion_tokens\":9,\"max_tokens\":5}";

    assertThat(openAi(body).maxTokens()).hasValue(9);
  }

  @Test
  void nullMeansAbsentInOpenAisOptions() {
    RequestSummary summary =
        openAi("{\"model\":\"m\",\"max_tokens\":null,\"n\":null,\"stream\":null}");

    assertThat(summary.maxTokens()).isEmpty();
    assertThat(summary.choices()).isEqualTo(1);
    assertThat(summary.stream()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"data\":\"AAAA\"}} | 1 | false",
        "{\"type\":\"image\",\"source\":{\"type\":\"url\",\"url\":\"https://a.b\"}} | 0 | true",
        "{\"type\":\"document\",\"source\":{\"type\":\"file\",\"file_id\":\"f\"}} | 0 | true",
        "{\"type\":\"document\",\"source\":{\"type\":\"text\",\"data\":\"hello\"}} | 0 | false",
        "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,AA\"}} | 1 | false",
        "{\"type\":\"image_url\",\"image_url\":{\"url\":\"DATA:image/png;base64,AA\"}} | 1 | false",
        "{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://a.b\"}} | 0 | true",
        "{\"type\":\"image_url\",\"image_url\":\"https://a.b/c.png\"} | 0 | true",
        "{\"type\":\"image_url\",\"image_url\":{\"url\":\"\\u0068ttps://a.b\"}} | 0 | true",
        "{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"AA\",\"format\":\"wav\"}} | 1 | false",
        "{\"type\":\"file\",\"file\":{\"file_data\":\"data:application/pdf;base64,A\"}} | 1 | false",
        "{\"type\":\"file\",\"file\":{\"file_id\":\"file-1\"}} | 0 | true",
        "{\"type\":\"tool_use\",\"input\":{\"url\":\"https://a.b\",\"n\":[1,{}]}} | 0 | false",
        "{\"type\":\"text\",\"text\":\"\\\"image_url\\\":{\\\"url\\\":\\\"https://a.b\\\"}\"} | 0 | false"
      })
  void mediaAreCountedWhereverTheyStand(String part, int inline, boolean unbounded) {
    String content = "[{\"role\":\"user\",\"content\":[%s]}],\"model\":\"m\"}".formatted(part);

    for (Api api : Api.values()) {
      RequestSummary summary = read(api, startOfBody(api) + content);
      assertThat(summary.inlineMedia()).as(api.name()).isEqualTo(inline);
      assertThat(summary.unboundedInput()).as(api.name()).isEqualTo(unbounded);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"tools\":[] | false",
        "\"tools\":[{\"name\":\"f\",\"input_schema\":{\"type\":\"object\"}}] | false",
        "\"tools\":[{\"type\":\"custom\",\"name\":\"f\"}] | false",
        "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}] | false",
        "\"tools\":[{\"type\":\"web_search_20250305\",\"name\":\"web_search\"}] | true",
        "\"tools\":[{\"name\":\"x\"},{\"name\":\"web_fetch\",\"type\":\"web_fetch_20250910\"}] | true",
        "\"tools\":[{\"type\":\"mcp_toolset\",\"name\":\"new\"}] | true",
        "\"tools\":[{\"googleSearch\":{}}] | true",
        "\"mcp_servers\":[{\"type\":\"url\",\"url\":\"https://a.b\"}] | true",
        "\"mcp_servers\":null | false",
        "\"web_search_options\":{} | true",
        "\"container\":\"c\" | true",
        "\"audio\":{\"voice\":\"alloy\"} | false"
      })
  void whatTheUpstreamExpandsIsUnbounded(String member, boolean unbounded) {
    String body = "{\"model\":\"m\",\"max_tokens\":1,%s}".formatted(member);

    assertThat(anthropic(body).unboundedInput()).isEqualTo(unbounded);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "[] | $: expected a JSON object, found an array (line 1, byte 0)",
        "12 | $: expected a JSON object, found a whole number (line 1, byte 0)",
        "{} | $.model: expected a non-empty string, found nothing",
        "{\"model\":5} | $.model: expected a non-empty string, found a whole number (line 1, byte 9)",
        "{\"model\":null} | $.model: expected a non-empty string, found null (line 1, byte 9)",
        "{\"model\":\" \"} | $.model: expected a non-empty string, found a blank one (line 1, byte 9)",
        "{\"model\":\"m\",\"model\":\"m\"} | $.model: expected this key once, found it twice (line 1, byte 21)",
        "{\"model\":\"m\",\"mod\\u0065l\":\"x\"} | $.model: expected this key once, found it twice (line 1, byte 26)",
        "{\"thinking\":{\"type\":\"a\",\"type\":\"b\"}} | $.thinking.type: expected this key once, found it twice (line 1, byte 31)",
        "{\"stream\":\"yes\"} | $.stream: expected true or false, found a string (line 1, byte 10)",
        "{\"model\":\"m\"} | $.max_tokens: expected a whole number, found nothing",
        "{\"max_tokens\":1.5} | $.max_tokens: expected a whole number from 0 to 2147483647, found a number with a fraction or an exponent (line 1, byte 14)",
        "{\"max_tokens\":-1} | $.max_tokens: expected a whole number from 0 to 2147483647, found one outside (line 1, byte 14)",
        "{\"max_tokens\":\"5\"} | $.max_tokens: expected a whole number from 0 to 2147483647, found a string (line 1, byte 14)",
        "{\"model\":\"m\",\"max_tokens\":1} {} | $: expected nothing after the JSON object, found an object (line 1, byte 29)",
        "{\"model\":\"m\" | malformed JSON: the body ends too early in $.model (line 1, byte 12)",
        "{\"model\":\"m\", | malformed JSON in $.model (line 1, byte 13)",
        "{\"speed\":\"warp\"} | $.speed: this gateway has no price for this value, leave it out (line 1, byte 9)",
        "{\"fallbacks\":[\"dear\"]} | $.fallbacks: this gateway has no price for this option, leave it out (line 1, byte 13)",
        "{\"tools\":[{\"type\":\"code_execution_20250825\"}]} | $.tools[0]: this gateway has no price for the tool code_execution (line 1, byte 43)"
      })
  void messageSaysWhatWasExpectedFoundAndWhere(String body, String message) {
    assertThat(invalid(ANTHROPIC_MESSAGES, body)).isEqualTo(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{\"n\":0} | $.n: expected a whole number from 1 to 128, found one outside (line 1, byte 5)",
        "{\"n\":99999999999999999999} | $.n: expected a whole number from 1 to 128, found one outside (line 1, byte 5)",
        "{\"max_tokens\":0} | $.max_tokens: expected a whole number from 1 to 2147483647, found one outside (line 1, byte 14)",
        "{\"stream_options\":7} | $.stream_options: expected an object, found a whole number (line 1, byte 18)",
        "{\"stream_options\":{\"include_usage\":true,\"include_usage\":false}} | $.stream_options.include_usage: expected this key once, found it twice (line 1, byte 56)",
        "{\"stream_options\":{\"include_usage\":1}} | $.stream_options.include_usage: expected true or false, found a whole number (line 1, byte 35)",
        "{\"model\":\"m\",\"input\":\"hi\"} | $.messages: expected an array of messages, found `input` instead, which belongs to the Responses API; send Chat Completions bodies here",
        "{\"service_tier\":\"scale\"} | $.service_tier: this gateway has no price for this value, leave it out (line 1, byte 16)"
      })
  void messageOfOpenAiBodiesSaysWhatWasExpected(String body, String message) {
    assertThat(invalid(OPENAI_CHAT, body)).isEqualTo(message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"messages\":[{},{\"content\":\"SECRET}]}",
        "{\"messages\":[{},{\"SECRET\":SECRET}]}",
        "{\"messages\":[{},{\"content\":\"SECRET\\q\"}]}",
        "{\"messages\":[{},{\"SECRET\" \"SECRET\"}]}",
        "{\"SECRET\":[{},{\"SECRET\" \"SECRET\"}]}",
        "{\"model\":{\"SECRET\":1}}",
        "{\"n\":\"SECRET\"}"
      })
  void messageNeverRepeatsTheBody(String body) {
    assertThat(invalid(OPENAI_CHAT, body)).doesNotContain("SECRET");
  }

  @Test
  void malformedElementIsNamedByItsPlace() {
    String body = "{\"messages\":[\n{},\n{\"content\": x}]}";

    assertThat(invalid(OPENAI_CHAT, body)).startsWith("malformed JSON in $.messages[1] (line 3,");
  }

  @Test
  void nestingIsLimited() {
    String body = "{\"messages\":" + "[".repeat(600) + "]".repeat(600) + ",\"model\":\"m\"}";

    assertThat(invalid(OPENAI_CHAT, body)).contains("nested deeper than 500 levels");
  }

  @Test
  void encodingsOtherThanUtf8AreRefused() {
    String body = "{\"model\":\"m\",\"max_tokens\":1}";

    assertThat(invalid(body.getBytes(UTF_16))).contains("UTF-16");
    assertThat(invalid(body.getBytes(UTF_16LE))).contains("UTF-16");
    assertThat(invalid(("\uFEFF" + body).getBytes(UTF_8))).contains("byte order mark");
    assertThat(invalid(new byte[0])).isEqualTo("the body is empty, expected a JSON object");
  }

  @ParameterizedTest
  @ValueSource(strings = {"C0AF", "EDA080", "F4908080", "FF", "C3"})
  void malformedUtf8IsRefusedWithItsPlace(String hex) {
    byte[] body = ("{\"model\":\"m\",\"max_tokens\":1,\"x\":\"" + "a".repeat(9000)).getBytes(UTF_8);
    byte[] bad = HexFormat.of().parseHex(hex);
    byte[] both = Arrays.copyOf(body, body.length + bad.length);
    System.arraycopy(bad, 0, both, body.length, bad.length);

    assertThat(invalid(both)).isEqualTo("the body is not valid UTF-8 at byte " + body.length);
  }

  @Test
  void hugeStringsAreReadInLinearTime() {
    String image = "A".repeat(32 << 20);
    String body =
        "{\"messages\":[{\"content\":[{\"image_url\":{\"url\":\"data:"
            + image
            + "\"}}]}],\"model\":\"m\"}";

    assertThat(openAi(body).inlineMedia()).isEqualTo(1);
  }

  @Test
  void numbersOfManyDigitsAreRefusedInLinearTime() {
    String digits = "9".repeat(8 << 20);

    assertThat(invalid(OPENAI_CHAT, "{\"n\":" + digits + "}")).contains("too long");
    assertThat(invalid(OPENAI_CHAT, "{\"x\":[" + digits + "]}")).contains("too long");
  }

  @Test
  void damagedBodiesNeverThrow() {
    Random random = new Random(7);
    byte[] good =
        ("{\"model\":\"m\",\"stream\":true,\"stream_options\":{\"include_usage\":false},"
                + "\"max_tokens\":12,\"n\":1,\"tools\":[{\"type\":\"custom\",\"name\":\"é\"}],"
                + MESSAGES
                + "}")
            .getBytes(UTF_8);

    for (int round = 0; round < 20_000; round++) {
      byte[] bad = good.clone();
      for (int change = random.nextInt(4); change >= 0; change--) {
        bad[random.nextInt(bad.length)] =
            (byte)
                (random.nextBoolean()
                    ? random.nextInt(256)
                    : "{}[]\",:\\0u".charAt(random.nextInt(10)));
      }
      ByteBuffer body = ByteBuffer.wrap(bad, 0, random.nextInt(bad.length + 1));
      for (Api api : Api.values()) {
        assertThat(RequestReader.read(api, body)).isNotNull();
      }
    }
  }

  /** Up to the value that holds the prompt. */
  private static String startOfBody(Api api) {
    return switch (api) {
      case ANTHROPIC_MESSAGES, OPENAI_CHAT -> "{\"max_tokens\":1,\"messages\":";
      case OPENAI_RESPONSES, OPENAI_EMBEDDINGS -> "{\"input\":";
    };
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "\"input\":\"hi\" | 0 | false",
        "\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_text\",\"text\":\"hi\"}]}] | 0 | false",
        "\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_image\",\"image_url\":\"data:image/png;base64,AAAA\"}]}] | 1 | false",
        "\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_image\",\"image_url\":\"https://a.b/c\"}]}] | 0 | true",
        "\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_image\",\"file_id\":\"file-1\"}]}] | 0 | true",
        "\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_file\",\"file_data\":\"data:application/pdf;base64,AAAA\"}]}] | 1 | false",
        "\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_file\",\"file_url\":\"https://a.b/c\"}]}] | 0 | true",
        "\"input\":[{\"type\":\"function_call_output\",\"call_id\":\"c\",\"output\":\"x\"}] | 0 | false",
        "\"input\":[{\"type\":\"item_reference\",\"id\":\"msg_1\"}] | 0 | true",
        "\"input\":[{\"id\":\"msg_1\"}] | 0 | true",
        "\"input\":\"hi\",\"previous_response_id\":\"resp_1\" | 0 | true",
        "\"input\":\"hi\",\"previous_response_id\":null | 0 | false",
        "\"input\":\"hi\",\"conversation\":{\"id\":\"conv_1\"} | 0 | true",
        "\"prompt\":{\"id\":\"pmpt_1\"} | 0 | true",
        "\"input\":\"hi\",\"tools\":[{\"type\":\"function\",\"name\":\"f\",\"parameters\":{}}] | 0 | false",
        "\"input\":\"hi\",\"tools\":[{\"type\":\"web_search\"}] | 0 | true",
        "\"input\":\"hi\",\"tools\":[{\"type\":\"mcp\",\"server_url\":\"https://a.b\"}] | 0 | true"
      })
  void inputOfAResponseIsBounded(String members, int inline, boolean unbounded) {
    RequestSummary summary = read(OPENAI_RESPONSES, "{\"model\":\"m\"," + members + "}");

    assertThat(summary.inlineMedia()).isEqualTo(inline);
    assertThat(summary.unboundedInput()).isEqualTo(unbounded);
    assertThat(summary.maxTokens()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{\"background\":true} | $.background: this gateway meters answers as they come, leave it out (line 1, byte 14)",
        "{\"max_tokens\":5} | $.max_tokens: belongs to Chat Completions, leave it out (line 1, byte 14)",
        "{\"max_output_tokens\":0} | $.max_output_tokens: expected a whole number from 1 to 2147483647, found one outside (line 1, byte 21)",
        "{\"max_output_tokens\":5,\"Max_Output_Tokens\":9} | $.max_output_tokens: expected this key in lower case (line 1, byte 43)",
        "{\"tools\":[{\"type\":\"file_search\"}]} | $.tools[0]: this gateway has no price for the tool file_search (line 1, byte 31)",
        "{\"service_tier\":\"scale\"} | $.service_tier: this gateway has no price for this value, leave it out (line 1, byte 16)",
        "{\"model\":\"m\",\"messages\":[]} | $.input: expected text or an array of items, found `messages` instead, which belongs to Chat Completions; send bodies of the Responses API here"
      })
  void messageOfResponsesBodiesSaysWhatWasExpected(String body, String message) {
    assertThat(invalid(OPENAI_RESPONSES, body)).isEqualTo(message);
  }

  @Test
  void responsesAreBoundedByTheirOwnLimit() {
    String body =
        "{\"model\":\"m\",\"input\":\"hi\",\"stream\":true,\"background\":false,\"max_output_tokens\":9}";

    RequestSummary summary = read(OPENAI_RESPONSES, body);

    assertThat(summary.maxTokens()).hasValue(9);
    assertThat(summary.stream()).isTrue();
    assertThat(BodyEdits.addsUsage(summary, OPENAI_RESPONSES)).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "\"text\" | 1",
        "[\"a\",\"b\",\"c\"] | 3",
        "[1,2,3] | 1",
        "[[1,2],[3]] | 2",
        "[] | 1"
      })
  void embeddingsHaveInputsAndNoOutput(String input, int inputs) {
    String body = "{\"model\":\"m\",\"stream\":true,\"max_tokens\":7,\"input\":" + input + "}";

    RequestSummary summary = read(OPENAI_EMBEDDINGS, body);

    assertThat(summary.inputs()).isEqualTo(inputs);
    assertThat(summary.maxTokens()).hasValue(0);
    assertThat(summary.choices()).isEqualTo(1);
    assertThat(summary.stream()).isFalse();
    assertThat(summary.unboundedInput()).isFalse();
  }

  private static RequestSummary anthropic(String body) {
    return read(ANTHROPIC_MESSAGES, body);
  }

  private static RequestSummary openAi(String body) {
    return read(OPENAI_CHAT, body);
  }

  private static RequestSummary read(Api api, String body) {
    return switch (RequestReader.read(api, ByteBuffer.wrap(body.getBytes(UTF_8)))) {
      case RequestReading.Read(RequestSummary summary) -> summary;
      case RequestReading.Invalid(String message) -> throw new AssertionError(message);
    };
  }

  private static String invalid(Api api, String body) {
    return invalid(api, body.getBytes(UTF_8));
  }

  private static String invalid(byte[] body) {
    return invalid(ANTHROPIC_MESSAGES, body);
  }

  private static String invalid(Api api, byte[] body) {
    return switch (RequestReader.read(api, ByteBuffer.wrap(body))) {
      case RequestReading.Read read -> throw new AssertionError(read.toString());
      case RequestReading.Invalid(String message) -> message;
    };
  }
}
