package xyz.trollllm.proxy.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UsageChunkFilterTest {
  private static final String DAMAGE = "\n\r{}[]\",: n";
  private static final String DONE = "data: [DONE]\n\n";
  private static final String STREAM = RecordedAnswer.text("V38/answer.sse");
  private static final String WITHOUT_USAGE = RecordedAnswer.text("V38/client.sse");

  @Test
  void clientSeesNoUsageItDidNotAskFor() {
    assertThat(filtered(STREAM)).isEqualTo(WITHOUT_USAGE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r\n", "\r"})
  void everyCutGivesTheSame(String lineEnd) {
    byte[] stream = STREAM.replace("\n", lineEnd).getBytes(UTF_8);
    String expected = WITHOUT_USAGE.replace("\n", lineEnd);

    for (int cut = 0; cut <= stream.length; cut++) {
      assertThat(filtered(stream, cut, stream.length)).as("cut at %s", cut).isEqualTo(expected);
    }
    assertThat(filtered(stream, 1, 1)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{\"choices\":[],\"usage\":null} | {\"choices\":[]}",
        "{\"usage\":null,\"choices\":[]} | {\"choices\":[]}",
        "{ \"usage\" : null , \"choices\" : [] } | { \"choices\" : [] }",
        "{\"a\":1 , \"usage\" : null , \"choices\":[]} | {\"a\":1 , \"choices\":[]}",
        "{\"usage\":null} | {}",
        "{\"usage\":null,\"usage\":null,\"a\":\"é\",\"usage\":null,\"usage\":null} | {\"a\":\"é\"}",
        "{\"us\\u0061ge\":null,\"a\":1} | {\"a\":1}",
        "{\"a\":{\"usage\":null},\"choices\":[{\"usage\":null}]} | {\"a\":{\"usage\":null},\"choices\":[{\"usage\":null}]}",
        "{\"choices\":[{\"delta\":{\"content\":\"x\"}}],\"usage\":{\"prompt_tokens\":1}} | {\"choices\":[{\"delta\":{\"content\":\"x\"}}]}",
        "{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":1}} | {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}",
        "{\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}],\"usage\":{\"a\":1}} | {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}",
        "{\"error\":{\"message\":\"no\"},\"usage\":{\"a\":1}} | {\"error\":{\"message\":\"no\"}}",
        "{\"choices\":[{\"delta\":{\"content\":\"\\\"usage\\\":null\"}}]} | {\"choices\":[{\"delta\":{\"content\":\"\\\"usage\\\":null\"}}]}",
        "{\"usage\":null | {\"usage\":null",
        "hello \"usage\":null | hello \"usage\":null"
      })
  void onlyTheUsageMemberGoesFromOtherChunks(String data, String expected) {
    assertThat(filtered("data: " + data + "  \n\n" + DONE))
        .isEqualTo("data: " + expected + "  \n\n" + DONE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"choices\":[],\"usage\":{\"prompt_tokens\":1}}",
        "{\"usage\":{\"prompt_tokens\":1},\"id\":\"x\"}",
        "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":null}],\"usage\":{\"a\":1}}",
        "{\"choices\":[{\"delta\":{\"content\":\"\",\"role\":null,\"tool_calls\":[]},"
            + "\"logprobs\":null}],\"usage\":{\"a\":1}}"
      })
  void chunksThatBringOnlyUsageGo(String data) {
    for (String end : new String[] {"\n", "\r\n", "\r"}) {
      String stream = ": hm\n\nevent: x\ndata: " + data + "\n\n" + DONE;

      assertThat(filtered(stream.replace("\n", end)))
          .isEqualTo((": hm\n\n" + DONE).replace("\n", end));
    }
  }

  @Test
  void dataInSeveralLinesKeepsItsLines() {
    String stream = "data: {\"a\":1,\ndata:\"usage\":\ndata: null,\"b\":2}\n\n";

    assertThat(filtered(stream)).isEqualTo("data: {\"a\":1\ndata:\ndata: ,\"b\":2}\n\n");
  }

  @Test
  void byteOrderMarkStays() {
    assertThat(filtered("\uFEFFdata: {\"a\":1,\"usage\":null}\n\n"))
        .isEqualTo("\uFEFFdata: {\"a\":1}\n\n");
  }

  @Test
  void usageInAnEventWithoutItsBlankLineGoesToo() {
    assertThat(filtered("data: {\"a\":1,\"usage\":null}")).isEqualTo("data: {\"a\":1}");
    assertThat(filtered("data: {\"choices\":[],\"usage\":{\"a\":1}}\n")).isEmpty();
  }

  @Test
  void completeEventsAreReleasedAtOnce() {
    UsageChunkFilter filter = new UsageChunkFilter();

    String first = text(filter.filter(buffer("data: {\"a\":1}\n\ndata: {\"b")));
    String second = text(filter.filter(buffer("\":2}\n")));
    String third = text(filter.filter(buffer("\n")));

    assertThat(first).isEqualTo("data: {\"a\":1}\n\n");
    assertThat(second).isEmpty();
    assertThat(third).isEqualTo("data: {\"b\":2}\n\n");
  }

  @Test
  void hugeEventsPassThroughAsTheyAre() {
    String huge = "data: {\"a\":\"" + "x".repeat(3 << 20) + "\",\"usage\":null}\n\n";

    String out = filtered((huge + STREAM).getBytes(UTF_8), 5000, 7777);

    assertThat(out.equals(huge + WITHOUT_USAGE)).isTrue();
  }

  @Test
  void damagedStreamsComeOutTheSameHoweverCut() {
    Random random = new Random(11);
    byte[] good = STREAM.getBytes(UTF_8);
    for (int round = 0; round < 3000; round++) {
      byte[] bad = good.clone();
      for (int change = random.nextInt(8); change >= 0; change--) {
        bad[random.nextInt(bad.length)] = (byte) DAMAGE.charAt(random.nextInt(DAMAGE.length()));
      }

      String whole = filtered(bad, bad.length, bad.length);

      assertThat(filtered(bad, random.nextInt(bad.length), 1 + random.nextInt(50)))
          .isEqualTo(whole);
    }
  }

  private static String filtered(String stream) {
    byte[] bytes = stream.getBytes(UTF_8);
    return filtered(bytes, bytes.length, bytes.length);
  }

  private static String filtered(byte[] stream, int first, int step) {
    UsageChunkFilter filter = new UsageChunkFilter();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int at = 0;
    int end = first;
    while (at < stream.length) {
      out.writeBytes(bytes(filter.filter(ByteBuffer.wrap(stream, at, end - at))));
      at = end;
      end = Math.min(stream.length, at + Math.max(1, step));
    }
    out.writeBytes(bytes(filter.finish()));
    return out.toString(UTF_8);
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  private static String text(ByteBuffer buffer) {
    return new String(bytes(buffer), UTF_8);
  }

  private static ByteBuffer buffer(String text) {
    return ByteBuffer.wrap(text.getBytes(UTF_8));
  }
}
