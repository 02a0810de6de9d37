package xyz.trollllm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import xyz.trollllm.config.Api;

/**
 * Every client library works as it is, and its user pays exactly for the tokens that the library
 * reports, from the endpoint's field.
 */
class ClientsIT {
  private static final String MULTIPLIER = "1.06";

  @RegisterExtension static final Stage STAGE = new Stage();

  /** The two instances and the fields they charge. */
  enum Endpoint {
    CHAT("creditsNew"),
    CHAT2("credits");

    final String field;

    Endpoint(String field) {
      this.field = field;
    }

    RunningGateway gateway() {
      return this == CHAT ? STAGE.chat() : STAGE.chat2();
    }
  }

  static Stream<Arguments> everyWay() {
    return Stream.of(ClientLibrary.values())
        .flatMap(library ->
            Stream.of(Endpoint.values())
                .flatMap(endpoint ->
                    Stream.of(false, true).map(stream -> Arguments.of(library, endpoint, stream))));
  }

  @ParameterizedTest(name = "{0} at {1}, streaming: {2}")
  @MethodSource("everyWay")
  @DisplayName("R2, R3, B2: an answer arrives, and is charged as its client reports it")
  void answer(ClientLibrary library, Endpoint endpoint, boolean stream) {
    Store.User user = STAGE.store().newUser(10, 10);

    ClientReport report = library.run(job(library, endpoint, user).streamed(stream));

    assertThat(report.answers()).as(report.toString()).hasSize(1);
    assertThat(text(report, 0)).startsWith("This answer");
    assertCharged(report, library.usageStyle(), endpoint, user);
  }

  @ParameterizedTest(name = "{0} at {1}, streaming: {2}")
  @MethodSource("everyWay")
  @DisplayName("R2, R3, B2: thoughts and tool calls survive the round trip, and are charged")
  void toolsWithThinking(ClientLibrary library, Endpoint endpoint, boolean stream) {
    Store.User user = STAGE.store().newUser(10, 10);
    ClientJob job = job(library, endpoint, user).scenario("tools").thinking("enabled");

    ClientReport report = library.run(job.streamed(stream));

    assertThat(report.answers()).as(report.toString()).hasSize(2);
    assertToolsAreCalled(report);
    assertThat(report.answers())
        .allSatisfy(answer -> assertThat(answer.path("thinking").stringValue()).isNotEmpty());
    if (library.api() == Api.ANTHROPIC_MESSAGES) {
      assertThat(report.answers()).allMatch(answer -> answer.path("signatures").size() == 1);
    }
    assertThat(text(report, 1)).startsWith("This answer");
    assertCharged(report, library.usageStyle(), endpoint, user);
  }

  @ParameterizedTest
  @EnumSource(names = {"JAVA_ANTHROPIC", "NODE_ANTHROPIC", "PYTHON_ANTHROPIC"})
  @DisplayName("R2: thoughts between blocks keep their places and signatures")
  void interleavedThinking(ClientLibrary library) {
    Store.User user = STAGE.store().newUser(10, 10);
    ClientJob job = job(library, Endpoint.CHAT, user).scenario("tools").thinking("adaptive");

    ClientReport report = library.run(job.streamed(true));

    assertThat(report.answers()).as(report.toString()).hasSize(2);
    assertToolsAreCalled(report);
    assertThat(report.answers().getFirst().path("signatures")).hasSize(2);
    assertCharged(report, library.usageStyle(), Endpoint.CHAT, user);
  }

  private static ClientJob job(ClientLibrary library, Endpoint endpoint, Store.User user) {
    return ClientJob.answer(library.baseUrl(endpoint.gateway().url()), user.key());
  }

  private static String text(ClientReport report, int answer) {
    return report.answers().get(answer).path("text").stringValue();
  }

  private static void assertToolsAreCalled(ClientReport report) {
    JsonNode calls = report.answers().getFirst().path("tool_calls");
    assertThat(calls.valueStream().map(call -> call.path("name").stringValue()))
        .containsExactly("weather", "forecast");
    assertThat(calls.valueStream().map(call -> call.at("/input/query").stringValue()))
        .containsOnly("weather in Paris");
    assertThat(report.answers().getLast().path("tool_calls")).isEmpty();
  }

  private static void assertCharged(
      ClientReport report, ReportedUsage.Style style, Endpoint endpoint, Store.User user) {
    new ClientBooks(endpoint.gateway(), STAGE.store(), Ask.SONNET, MULTIPLIER, endpoint.field)
        .assertCharged(user, style, report);
  }
}
