package xyz.trollllm.proxy.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.config.Api.ANTHROPIC_MESSAGES;
import static xyz.trollllm.config.Api.OPENAI_CHAT;
import static xyz.trollllm.config.Api.OPENAI_RESPONSES;
import static xyz.trollllm.proxy.wire.Bodies.buffer;
import static xyz.trollllm.proxy.wire.Bodies.read;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.trollllm.config.Api;

/** Where the balance covers a shorter answer only, nothing but the limit changes in the body. */
final class LoweredLimitsTest {
  private static final int BODIES = 20_000;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{\"model\":\"m\",\"max_tokens\":1000} | {\"model\":\"m\",\"max_tokens\":77}",
        "{\"max_tokens\":1000,\"model\":\"m\"} | {\"max_tokens\":77,\"model\":\"m\"}",
        "{\"max_tokens\" :\t1000 ,\"model\":\"m\"} | {\"max_tokens\" :\t77 ,\"model\":\"m\"}",
        "{\"model\":\"m\",\"max_tokens\":78\t} | {\"model\":\"m\",\"max_tokens\":77\t}",
        "{\"model\":\"m\",\"max\\u005ftokens\":1000} | {\"model\":\"m\",\"max\\u005ftokens\":77}",
        "{\"x\":\"\\\"max_tokens\\\":1000é😀\",\"model\":\"m\",\"max_tokens\":1000} | {\"x\":\"\\\"max_tokens\\\":1000é😀\",\"model\":\"m\",\"max_tokens\":77}"
      })
  void onlyTheDigitsChange(String body, String expected) {
    assertThat(lowered(ANTHROPIC_MESSAGES, body, 77)).isEqualTo(expected);
    assertThat(lowered(OPENAI_CHAT, body, 77)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{\"model\":\"m\"} | {\"max_completion_tokens\":77,\"model\":\"m\"}",
        " { \"model\":\"m\"} | { \"max_completion_tokens\":77,\"model\":\"m\"}",
        "{\"model\":\"m\",\"max_tokens\":null} | {\"max_completion_tokens\":77,\"model\":\"m\",\"max_tokens\":null}",
        "{\"model\":\"m\",\"max_completion_tokens\":null} | {\"model\":\"m\",\"max_completion_tokens\":77}",
        "{\"max_tokens\":5,\"max_completion_tokens\":100,\"model\":\"m\"} | {\"max_tokens\":5,\"max_completion_tokens\":77,\"model\":\"m\"}",
        "{\"max_tokens\":500,\"max_completion_tokens\":100,\"model\":\"m\"} | {\"max_tokens\":77,\"max_completion_tokens\":77,\"model\":\"m\"}",
        "{\"max_tokens\":null,\"max_completion_tokens\":100,\"model\":\"m\"} | {\"max_tokens\":null,\"max_completion_tokens\":77,\"model\":\"m\"}",
        "{\"model\":\"m\",\"stream\":true} | {\"stream_options\":{\"include_usage\":true},\"max_completion_tokens\":77,\"model\":\"m\",\"stream\":true}"
      })
  void chatWithoutALimitGetsOne(String body, String expected) {
    String result = lowered(OPENAI_CHAT, body, 77);

    assertThat(result.replace(" ", "")).isEqualTo(expected.replace(" ", ""));
    assertThat(read(OPENAI_CHAT, result).maxTokens()).hasValue(77);
  }

  @Test
  void responseWithoutALimitGetsOne() {
    assertThat(lowered(OPENAI_RESPONSES, "{\"model\":\"m\",\"input\":\"hi\"}", 77))
        .isEqualTo("{\"max_output_tokens\":77,\"model\":\"m\",\"input\":\"hi\"}");
    assertThat(lowered(OPENAI_RESPONSES, "{\"model\":\"m\",\"max_output_tokens\":100}", 77))
        .isEqualTo("{\"model\":\"m\",\"max_output_tokens\":77}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"1e3", "1.0", "1E+3", "\"1000\"", "true", "[1000]", "-5", "01000", "+1", "0x10"})
  void limitsThatAreNoPlainWholeNumberAreRefused(String value) {
    String body = "{\"model\":\"m\",\"max_tokens\":" + value + "}";

    for (Api api : List.of(ANTHROPIC_MESSAGES, OPENAI_CHAT)) {
      assertThat(RequestReader.read(api, buffer(body))).isInstanceOf(RequestReading.Invalid.class);
    }
  }

  @Test
  void limitThatIsGivenTwiceIsRefused() {
    String body = "{\"model\":\"m\",\"max_tokens\":1000,\"max_token\\u0073\":5}";

    assertThat(RequestReader.read(ANTHROPIC_MESSAGES, buffer(body)))
        .isInstanceOf(RequestReading.Invalid.class);
  }

  @Test
  void thinkingBudgetIsRead() {
    assertThat(budget("\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":2048}")).hasValue(2048);
    assertThat(budget("\"thinking\":{\"budget_tokens\":99999999999999999999}"))
        .hasValue(Long.MAX_VALUE);
    assertThat(budget("\"thinking\":{\"type\":\"disabled\"}")).isEmpty();
  }

  private static OptionalLong budget(String member) {
    String body = "{\"model\":\"m\",\"max_tokens\":4096," + member + "}";
    return read(ANTHROPIC_MESSAGES, body).limits().thinkingBudget();
  }

  /** Whatever else a body holds and however it is written, all of it but the limit goes on. */
  @Test
  void randomBodiesKeepEveryOtherByte() {
    Random random = new Random(41);
    for (int round = 0; round < BODIES; round++) {
      long limit = random.nextLong(2, 1L << random.nextInt(2, 31));
      long lower = random.nextLong(1, limit);
      List<String> members = members(random);
      members.add(
          space(random) + key(random, "model") + space(random) + ":" + space(random) + "\"m\"");
      String before =
          space(random) + key(random, "max_tokens") + space(random) + ":" + space(random);
      String mark = "§§";
      members.add(before + mark + space(random));
      Collections.shuffle(members, random);
      String template =
          space(random) + "{" + String.join(",", members) + space(random) + "}" + space(random);

      String body = template.replace(mark, Long.toString(limit));

      for (Api api : List.of(ANTHROPIC_MESSAGES, OPENAI_CHAT)) {
        assertThat(lowered(api, body, lower))
            .isEqualTo(template.replace(mark, Long.toString(lower)));
      }
    }
  }

  private static List<String> members(Random random) {
    List<String> members = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      String value =
          switch (random.nextInt(6)) {
            case 0 -> "{\"max_tokens\":1000,\"n\":[1e3,-0.5E-2]}";
            case 1 -> "\"\\\"max_tokens\\\":9\\u0041\\\\ é 😀\"";
            case 2 -> "[" + space(random) + "1e3" + space(random) + ",{}]";
            case 3 -> "null";
            case 4 -> "-12.5e+3";
            default -> "true";
          };
      members.add("\"x" + i + "\"" + space(random) + ":" + space(random) + value);
    }
    return members;
  }

  /** A key, perhaps with one letter as an escape. */
  private static String key(Random random, String key) {
    int at = random.nextInt(key.length());
    return random.nextInt(3) == 0
        ? "\""
            + key.substring(0, at)
            + "\\u%04x".formatted((int) key.charAt(at))
            + key.substring(at + 1)
            + "\""
        : "\"" + key + "\"";
  }

  private static String space(Random random) {
    StringBuilder space = new StringBuilder();
    for (int i = random.nextInt(3); i > 0; i--) {
      space.append(" \t\r\n".charAt(random.nextInt(4)));
    }
    return space.toString();
  }

  private static String lowered(Api api, String body, long maxTokens) {
    return Bodies.forward(api, body, "m", OptionalLong.of(maxTokens));
  }
}
