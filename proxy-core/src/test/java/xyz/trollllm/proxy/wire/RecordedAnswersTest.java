package xyz.trollllm.proxy.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import xyz.trollllm.proxy.wire.RecordedAnswer.Observation;

class RecordedAnswersTest {
  private static final Pattern AFTER_THE_COLON =
      Pattern.compile("(?<=^(data|event):) ", Pattern.MULTILINE);
  private static final Pattern BEFORE_A_KEY = Pattern.compile("(?<=[{,])(?=\"[a-z_]+\":)");

  /** Other ways to write the same event stream. */
  private static final Map<String, UnaryOperator<String>> FRAMINGS = framings();

  private static Map<String, UnaryOperator<String>> framings() {
    Map<String, UnaryOperator<String>> framings = new LinkedHashMap<>();
    framings.put("CRLF", stream -> stream.replace("\n", "\r\n"));
    framings.put("CR", stream -> stream.replace("\n", "\r"));
    framings.put("mixed line ends", RecordedAnswersTest::mixedLineEnds);
    framings.put("byte order mark", stream -> "\uFEFF" + stream);
    framings.put("no space after the colon", RecordedAnswersTest::withoutSpace);
    framings.put("data before event", RecordedAnswersTest::dataFirst);
    framings.put("data in several lines", RecordedAnswersTest::dataInLines);
    framings.put("no final blank line", String::stripTrailing);
    framings.put("comments and other fields", RecordedAnswersTest::withNoise);
    return framings;
  }

  static Stream<RecordedAnswer> answers() {
    return RecordedAnswer.all().stream();
  }

  static Stream<Arguments> framedAnswers() {
    return answers()
        .filter(RecordedAnswer::eventStream)
        .flatMap(answer -> FRAMINGS.keySet().stream().map(name -> arguments(answer, name)));
  }

  @ParameterizedTest
  @MethodSource("answers")
  void answerIsMeteredAsRecorded(RecordedAnswer answer) {
    AnswerMeter meter = answer.meter();

    meter.observe(ByteBuffer.wrap(answer.body()));

    assertThat(Observation.of(meter)).isEqualTo(answer.expected());
  }

  @ParameterizedTest
  @MethodSource("answers")
  void everyCutBetweenReadsIsTheSame(RecordedAnswer answer) {
    byte[] body = answer.body();
    for (int cut = 0; cut <= body.length; cut++) {
      AnswerMeter meter = answer.meter();
      meter.observe(ByteBuffer.wrap(body, 0, cut));
      meter.observe(ByteBuffer.wrap(body, cut, body.length - cut));

      assertThat(Observation.of(meter)).as("cut at %s", cut).isEqualTo(answer.expected());
    }
  }

  @ParameterizedTest
  @MethodSource("answers")
  void singleBytesAreTheSame(RecordedAnswer answer) {
    assertThat(observedByteByByte(answer, answer.body())).isEqualTo(answer.expected());
  }

  @ParameterizedTest
  @MethodSource("answers")
  void askingOnTheWayChangesNothing(RecordedAnswer answer) {
    AnswerMeter meter = answer.meter();

    for (byte b : answer.body()) {
      meter.observe(ByteBuffer.wrap(new byte[] {b}));
      Observation.of(meter);
    }

    assertThat(Observation.of(meter)).isEqualTo(answer.expected());
  }

  @ParameterizedTest
  @MethodSource("framedAnswers")
  void framingIsTheSame(RecordedAnswer answer, String framing) {
    byte[] reframed = requireNonNull(FRAMINGS.get(framing)).apply(answer.text()).getBytes(UTF_8);
    AnswerMeter meter = answer.meter();

    meter.observe(ByteBuffer.wrap(reframed));

    assertThat(Observation.of(meter)).isEqualTo(answer.expected());
    assertThat(observedByteByByte(answer, reframed)).isEqualTo(answer.expected());
  }

  @ParameterizedTest
  @MethodSource("answers")
  void buffersWithoutArrayAreReadToo(RecordedAnswer answer) {
    ByteBuffer direct = ByteBuffer.allocateDirect(answer.body().length);
    direct.put(answer.body()).flip();
    AnswerMeter meter = answer.meter();

    meter.observe(direct);

    assertThat(Observation.of(meter)).isEqualTo(answer.expected());
    assertThat(direct.position()).isZero();
  }

  private static Observation observedByteByByte(RecordedAnswer answer, byte[] body) {
    AnswerMeter meter = answer.meter();
    for (int at = 0; at < body.length; at++) {
      meter.observe(ByteBuffer.wrap(body, at, 1));
    }
    return Observation.of(meter);
  }

  private static String mixedLineEnds(String stream) {
    String[] ends = {"\n", "\r\n", "\r"};
    StringBuilder mixed = new StringBuilder();
    int line = 0;
    for (int i = 0; i < stream.length(); i++) {
      char c = stream.charAt(i);
      if (c == '\n') {
        String end = ends[line++ / 2 % ends.length];
        boolean wouldJoin = end.equals("\n") && mixed.charAt(mixed.length() - 1) == '\r';
        mixed.append(wouldJoin ? "\r\n" : end);
      } else {
        mixed.append(c);
      }
    }
    return mixed.toString();
  }

  private static String withoutSpace(String stream) {
    return AFTER_THE_COLON.matcher(stream).replaceAll("");
  }

  private static String dataFirst(String stream) {
    return events(
        stream,
        event ->
            Stream.concat(
                    event.lines().filter(line -> line.startsWith("data")),
                    event.lines().filter(line -> !line.startsWith("data")))
                .collect(Collectors.joining("\n")));
  }

  private static String dataInLines(String stream) {
    return events(stream, event -> BEFORE_A_KEY.matcher(event).replaceAll("\ndata: "));
  }

  private static String withNoise(String stream) {
    return events(stream, event -> ": hm\nid: 7\nretry\nunknown: data: {}\n" + event + "\n:");
  }

  private static String events(String stream, UnaryOperator<String> change) {
    return Stream.of(stream.split("\n\n", -1))
        .map(event -> event.isBlank() ? event : change.apply(event))
        .collect(Collectors.joining("\n\n"));
  }
}
