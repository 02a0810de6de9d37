package xyz.trollllm.proxy.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.trollllm.billing.Basis;
import xyz.trollllm.billing.TokenCounts;
import xyz.trollllm.billing.TokenUsage.SubInference;
import xyz.trollllm.config.Api;
import xyz.trollllm.config.UsageSemantics;

/** Inferences beside the answer, which its top-level usage leaves out. */
final class IterationsTest {
  private static final String COMPACTED =
      """
      {"input_tokens":1200,"output_tokens":300,"iterations":[
       {"type":"compaction","input_tokens":60000,"output_tokens":900},
       {"type":"message","input_tokens":1200,"output_tokens":300}]}\
      """;

  private static final SubInference COMPACTION =
      new SubInference("compaction", null, TokenCounts.of(60_000, 900));

  /** V14. */
  @Test
  void compactionIsBesideTheAnswerAndMessagesAreNot() {
    Metered metered = json(COMPACTED);

    assertThat(metered.usage().counts()).isEqualTo(TokenCounts.of(1_200, 300));
    assertThat(metered.usage().subInferences()).containsExactly(COMPACTION);
    assertThat(metered.usage().totalTokens()).isEqualTo(62_400);
    assertThat(metered.basis()).isEqualTo(Basis.UPSTREAM);
    assertThat(metered.flags()).isEmpty();
  }

  /** V15. */
  @Test
  void advisorNamesItsModel() {
    Metered metered =
        json(
            """
            {"input_tokens":1500,"output_tokens":200,"iterations":[
             {"type":"message","input_tokens":1500,"output_tokens":200},
             {"model":"claude-opus-4-5","type":"advisor_message","input_tokens":9000,
              "output_tokens":700}]}\
            """);

    assertThat(metered.usage().subInferences())
        .containsExactly(
            new SubInference("advisor_message", "claude-opus-4-5", TokenCounts.of(9_000, 700)));
    assertThat(metered.flags()).isEmpty();
  }

  @Test
  void cachedTokensOfAnIterationAreReadLikeThoseOfTheAnswer() {
    Metered metered =
        json(
            """
            {"input_tokens":1,"output_tokens":1,"iterations":[
             {"type":"compaction","input_tokens":10,"output_tokens":20,
              "cache_creation_input_tokens":100,"cache_read_input_tokens":1000,
              "cache_creation":{"ephemeral_5m_input_tokens":60,"ephemeral_1h_input_tokens":40}},
             {"type":"compaction","input_tokens":10,"output_tokens":20,"model":null,
              "cache_creation_input_tokens":100,"cache_read_input_tokens":null,
              "cache_creation":null}]}\
            """);

    assertThat(metered.usage().subInferences())
        .extracting(SubInference::counts)
        .containsExactly(
            new TokenCounts(10, 60, 40, 1_000, 20), new TokenCounts(10, 100, 0, 0, 20));
  }

  @Test
  void cachedTokensAreTakenOutWhereTheUpstreamCountsThemAsInput() {
    String usage =
        """
        {"input_tokens":1,"output_tokens":1,"iterations":[
         {"type":"compaction","input_tokens":110,"cache_creation_input_tokens":10,
          "cache_read_input_tokens":90}]}\
        """;

    assertThat(json(usage, UsageSemantics.INCLUSIVE).usage().subInferences())
        .extracting(SubInference::counts)
        .containsExactly(new TokenCounts(10, 10, 0, 90, 0));
    assertThat(json(usage, UsageSemantics.AUTO).usage().subInferences())
        .extracting(SubInference::counts)
        .containsExactly(new TokenCounts(110, 10, 0, 90, 0));
  }

  @Test
  void lastListOfAStreamStands() {
    Metered metered =
        stream(
            start("{\"input_tokens\":1200,\"output_tokens\":1}"),
            delta(
                """
                {"output_tokens":200,"iterations":[
                 {"type":"compaction","input_tokens":5,"output_tokens":5},
                 {"type":"compaction","input_tokens":6,"output_tokens":6}]}\
                """),
            delta(COMPACTED),
            stop("{\"iterations\":[{\"type\":\"compaction\",\"input_tokens\":7}]}"));

    assertThat(metered.usage().subInferences()).containsExactly(COMPACTION);
    assertThat(metered.usage().counts()).isEqualTo(TokenCounts.of(1_200, 300));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"output_tokens\":300}",
        "{\"output_tokens\":300,\"iterations\":null}",
        "{\"output_tokens\":300,\"iterations\":[]}",
      })
  void listThatCameIsNeverTakenBack(String later) {
    assertThat(stream(delta(COMPACTED), delta(later), stop("{}")).usage().subInferences())
        .containsExactly(COMPACTION);
  }

  @Test
  void listMayComeWithTheStartOrTheEnd() {
    String list = "{\"iterations\":[{\"type\":\"compaction\",\"output_tokens\":3}]}";
    SubInference listed = new SubInference("compaction", null, TokenCounts.of(0, 3));
    String end = delta("{\"input_tokens\":1,\"output_tokens\":1}");

    assertThat(stream(start(list), end, stop("{}")).usage().subInferences())
        .containsExactly(listed);
    assertThat(stream(start("{}"), end, stop(list)).usage().subInferences())
        .containsExactly(listed);
  }

  @Test
  void listOfAnEventThatIsCutOffDoesNotCount() {
    String whole = delta(COMPACTED);
    AnswerMeter meter = meter(true, UsageSemantics.AUTO);
    meter.observe(bytes(whole.substring(0, whole.indexOf("1200,\"output_tokens\":300}]"))));

    assertThat(meter.usage().usage().subInferences()).isEmpty();
  }

  @Test
  void modelThatSteppedInPricesTheAnswer() {
    Metered metered =
        json(
            """
            {"input_tokens":100,"output_tokens":20,"iterations":[
             {"type":"message","model":"claude-new","input_tokens":0,"output_tokens":0},
             {"type":"fallback_message","model":"claude-old","input_tokens":100,
              "output_tokens":20}]}\
            """);

    assertThat(metered.usage().fallbackModel()).isEqualTo("claude-old");
    assertThat(metered.usage().subInferences()).isEmpty();
    assertThat(metered.flags()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"input_tokens\":1",
        "\"output_tokens\":1",
        "\"cache_creation_input_tokens\":1",
        "\"cache_read_input_tokens\":1"
      })
  void tokensOfADeclinedHopAreFlaggedAndNotCharged(String tokens) {
    Metered metered =
        json(
            """
            {"input_tokens":100,"output_tokens":20,"iterations":[
             {"type":"message",%s},{"type":"fallback_message","model":"claude-old"}]}\
            """
                .formatted(tokens));

    assertThat(metered.usage().totalTokens()).isEqualTo(120);
    assertThat(metered.flags()).containsExactly(UsageFlags.DECLINED_HOP);
  }

  @Test
  void unknownKindIsPricedAndFlagged() {
    Metered metered =
        json(
            """
            {"input_tokens":1,"output_tokens":1,"iterations":[
             {"type":"reflection","input_tokens":5},{"input_tokens":6},
             {"type":7,"input_tokens":7}]}\
            """);

    assertThat(metered.usage().subInferences())
        .containsExactly(
            new SubInference("reflection", null, TokenCounts.of(5, 0)),
            new SubInference("unknown", null, TokenCounts.of(6, 0)),
            new SubInference("unknown", null, TokenCounts.of(7, 0)));
    assertThat(metered.flags()).containsExactly(UsageFlags.UNKNOWN_ITERATION);
  }

  @ParameterizedTest
  @ValueSource(strings = {"5", "\"x\"", "true", "[]", "[1]", "{}", "{\"x\":1}"})
  void whatIsNoIterationIsFlagged(String entry) {
    Metered metered =
        json("{\"input_tokens\":1,\"output_tokens\":1,\"iterations\":[" + entry + "]}");

    assertThat(metered.usage().subInferences()).isEmpty();
    assertThat(metered.flags()).containsExactly(UsageFlags.UNREADABLE_USAGE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"5", "\"x\"", "false"})
  void whatIsNoListIsFlagged(String list) {
    Metered metered = json("{\"input_tokens\":1,\"output_tokens\":1,\"iterations\":" + list + "}");

    assertThat(metered.flags()).containsExactly(UsageFlags.UNREADABLE_USAGE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "[]", "[null]"})
  void nothingIsNotFlagged(String list) {
    Metered metered = json("{\"input_tokens\":1,\"output_tokens\":1,\"iterations\":" + list + "}");

    assertThat(metered.usage().subInferences()).isEmpty();
    assertThat(metered.flags()).isEmpty();
  }

  @Test
  void countsAreReadAsStrictlyAsThoseOfTheAnswer() {
    Metered metered =
        json(
            """
            {"input_tokens":1,"output_tokens":1,"iterations":[
             {"type":"compaction","input_tokens":"5","output_tokens":-1,
              "cache_read_input_tokens":{"a":1},"cache_creation_input_tokens":2.0}]}\
            """);

    assertThat(metered.usage().subInferences())
        .containsExactly(new SubInference("compaction", null, new TokenCounts(0, 2, 0, 0, 0)));
    assertThat(metered.flags())
        .containsExactly(
            UsageFlags.INVALID_COUNT, UsageFlags.NEGATIVE_COUNT, UsageFlags.STRING_COUNT);
  }

  @Test
  void longListIsAddedUpWithoutLosingATokenPerModel() {
    List<String> entries =
        Collections.nCopies(
            500,
            """
            {"type":"compaction","input_tokens":3,"cache_read_input_tokens":4,"output_tokens":5,
             "cache_creation":{"ephemeral_5m_input_tokens":6,"ephemeral_1h_input_tokens":7}},
            {"type":"advisor_message","model":"m","input_tokens":1}\
            """);

    Metered metered =
        json(
            "{\"input_tokens\":1,\"output_tokens\":1,\"iterations\":["
                + String.join(",", entries)
                + "]}");

    List<SubInference> beside = metered.usage().subInferences();
    assertThat(beside).hasSize(100);
    assertThat(sum(beside, "compaction")).isEqualTo(500 * (3 + 4 + 5 + 6 + 7));
    assertThat(sum(beside, "advisor_message")).isEqualTo(500);
    assertThat(metered.flags()).containsExactly(UsageFlags.MERGED_ITERATIONS);
  }

  @Test
  void entryUnlikeAllOfALongListIsAddedToItsFirst() {
    String compaction = "{\"type\":\"compaction\",\"input_tokens\":3}";
    String advice = "{\"type\":\"advisor_message\",\"model\":\"m\",\"input_tokens\":40}";

    Metered metered =
        json(
            "{\"input_tokens\":1,\"output_tokens\":1,\"iterations\":["
                + String.join(",", Collections.nCopies(100, compaction))
                + ","
                + advice
                + "]}");

    assertThat(metered.usage().subInferences().getFirst().counts().input()).isEqualTo(43);
    assertThat(metered.usage().totalTokens()).isEqualTo(342);
  }

  @Test
  void sumsOfLongListsStayCounts() {
    String most = "{\"type\":\"compaction\",\"input_tokens\":1000000000000}";

    Metered metered =
        json(
            "{\"input_tokens\":1,\"output_tokens\":1,\"iterations\":["
                + String.join(",", Collections.nCopies(103, most))
                + "]}");

    assertThat(metered.usage().subInferences().getLast().counts().input())
        .isEqualTo(1_000_000_000_000L);
    assertThat(metered.usage().totalTokens()).isEqualTo(100_000_000_000_002L);
  }

  @Test
  void answerOfZerosWithIterationsIsFinal() {
    Metered metered =
        json(
            """
            {"input_tokens":0,"output_tokens":0,"iterations":[
             {"type":"compaction","input_tokens":60000,"output_tokens":900}]}\
            """);

    assertThat(metered.basis()).isEqualTo(Basis.UPSTREAM);
    assertThat(metered.usage().subInferences()).containsExactly(COMPACTION);
  }

  @Test
  void iterationsReportedBeforeTheClientLeftCount() {
    AnswerMeter meter = meter(true, UsageSemantics.AUTO);
    meter.observe(bytes(start(COMPACTED.replace("1200", "0"))));

    assertThat(meter.usageOfAbandoned().usage().subInferences()).containsExactly(COMPACTION);
    assertThat(meter.usage().basis()).isEqualTo(Basis.VOID);
    assertThat(meter.usage().usage().subInferences()).isEmpty();
  }

  private static long sum(List<SubInference> inferences, String kind) {
    return inferences.stream()
        .filter(inference -> inference.kind().equals(kind))
        .mapToLong(inference -> inference.counts().total())
        .sum();
  }

  private static Metered json(String usage) {
    return json(usage, UsageSemantics.AUTO);
  }

  private static Metered json(String usage, UsageSemantics semantics) {
    AnswerMeter meter = meter(false, semantics);
    meter.observe(
        bytes(
            """
            {"type":"message","model":"claude-sonnet-4-5","content":[{"type":"text","text":"Hi"}],
             "usage":%s}\
            """
                .formatted(usage)));
    return meter.usage();
  }

  private static Metered stream(String... events) {
    AnswerMeter meter = meter(true, UsageSemantics.AUTO);
    for (byte b : String.join("", events).getBytes(UTF_8)) {
      meter.observe(ByteBuffer.wrap(new byte[] {b}));
    }
    return meter.usage();
  }

  private static AnswerMeter meter(boolean eventStream, UsageSemantics semantics) {
    return AnswerMeters.of(Api.ANTHROPIC_MESSAGES, eventStream, semantics, 100);
  }

  private static String start(String usage) {
    return event("message_start", "\"message\":{\"usage\":" + usage + "}");
  }

  private static String delta(String usage) {
    return event("message_delta", "\"delta\":{},\"usage\":" + usage);
  }

  private static String stop(String usage) {
    return event("message_stop", "\"usage\":" + usage);
  }

  private static String event(String type, String rest) {
    return "event: %s\ndata: {\"type\":\"%s\",%s}\n\n"
        .formatted(type, type, rest.replace("\n", ""));
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(UTF_8));
  }
}
