package xyz.trollllm.proxy.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import xyz.trollllm.proxy.wire.RecordedAnswer.Observation;

class RecordedAnswersTest {
  private static final Map<String, UnaryOperator<String>> FRAMINGS = Framings.all();

  static Stream<RecordedAnswer> answers() {
    return RecordedAnswer.all().stream();
  }

  static Stream<Arguments> framedAnswers() {
    return answers()
        .filter(RecordedAnswer::canBeReframed)
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
  @MethodSource("framedAnswers")
  void everyCutOfEveryFramingIsTheSame(RecordedAnswer answer, String framing) {
    byte[] reframed = requireNonNull(FRAMINGS.get(framing)).apply(answer.text()).getBytes(UTF_8);
    for (int cut = 0; cut <= reframed.length; cut++) {
      AnswerMeter meter = answer.meter();
      meter.observe(ByteBuffer.wrap(reframed, 0, cut));
      meter.observe(ByteBuffer.wrap(reframed, cut, reframed.length - cut));

      assertThat(Observation.of(meter)).as("cut at %s", cut).isEqualTo(answer.expected());
    }
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
}
