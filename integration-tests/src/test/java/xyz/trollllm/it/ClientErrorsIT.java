package xyz.trollllm.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.it.Eventually.eventually;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import xyz.trollllm.config.Api;
import xyz.trollllm.server.standin.Behaviour;
import xyz.trollllm.server.standin.Delivery;
import xyz.trollllm.server.standin.Script;
import xyz.trollllm.server.standin.Served;

/** Every client library understands what the gateway refuses, and what breaks behind it. */
class ClientErrorsIT {
  @RegisterExtension static final Stage STAGE = new Stage();

  @AfterEach
  void answerAgain() {
    STAGE.upstream().follow(Script.always(Behaviour.answers()));
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("D5: a wrong key is the library's authentication error")
  void wrongKey(ClientLibrary library) {
    ClientReport report = library.run(job(library, "sk-unknown"));

    assertRefused(library, report, 401, "UnauthorizedException", "AuthenticationError");
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("D5: an unknown model is the library's error for what is not found")
  void unknownModel(ClientLibrary library) {
    Store.User user = STAGE.store().newUser(10, 10);

    ClientReport report = library.run(job(library, user.key()).model("claude-none"));

    assertRefused(library, report, 404, "NotFoundException", "NotFoundError");
    assertThat(report.error().path("message").stringValue()).contains("claude-none");
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("B4: a user without credit is told so once; no library tries again by itself")
  void noCredit(ClientLibrary library) {
    Store.User poor = STAGE.store().newUser(10, 0);
    int before = STAGE.upstream().served().size();

    ClientReport report = library.run(job(library, poor.key()));

    assertThat(report.error().path("status").asInt(0)).as(report.toString()).isEqualTo(402);
    assertThat(report.error().path("message").stringValue()).contains("creditsNew");
    assertThat(Trace.onlyLine(poor, STAGE.chat()).path("status").intValue()).isEqualTo(402);
    assertThat(STAGE.upstream().served()).hasSize(before);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.MATCH_NONE, names = "LITELLM.*")
  @DisplayName("R5: a library waits as long as it is told, and is then served")
  void retryAfter(ClientLibrary library) {
    Store.User user = STAGE.store().newUser(10, 10);
    BusyForAWhile busy = new BusyForAWhile();
    STAGE.upstream().follow(busy);

    ClientReport report = library.run(job(library, user.key()));

    assertThat(report.answers()).as(report.toString()).hasSize(1);
    assertThat(busy.tooEarly).hasValue(0);
  }

  /** Says once when to come back, and counts who comes before. */
  private static final class BusyForAWhile implements Script {
    private static final Duration WHILE = Duration.ofSeconds(1);

    private final AtomicLong refusedAt = new AtomicLong();
    private final AtomicInteger tooEarly = new AtomicInteger();

    @Override
    public Behaviour behaviourFor(Served request) {
      long now = System.nanoTime();
      if (refusedAt.compareAndSet(0, now)) {
        return new Behaviour.Fails(429, Map.of("retry-after", String.valueOf(WHILE.toSeconds())));
      }
      if (now - refusedAt.get() < WHILE.toNanos()) {
        tooEarly.incrementAndGet();
      }
      return Behaviour.answers();
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("R5: who is told not to retry gets the library's rate-limit error")
  void rateLimited(ClientLibrary library) {
    Store.User user = STAGE.store().newUser(10, 10);
    STAGE.upstream().follow(Script.always(new Behaviour.Fails(429, Map.of("retry-after", "1"))));

    ClientReport report = library.run(job(library, user.key()).neverRetried());

    assertRefused(library, report, 429, "RateLimitException", "RateLimitError");
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("D6: an error in the middle of a stream is raised, with the upstream's words")
  void errorInAStream(ClientLibrary library) throws Exception {
    Store.User user = STAGE.store().newUser(10, 10);
    String body = brokenOff(library.api()) + errorEvent(library.api());
    STAGE.upstream().follow(Script.always(Behaviour.sends(200, "text/event-stream", body)));

    ClientReport report = library.run(job(library, user.key()).streamed(true).neverRetried());

    assertThat(report.error().path("message").asString(""))
        .as(report.toString())
        .contains("Overloaded");
    assertPaidInPart(user);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("D6: a stream that breaks off between events raises an error that says so")
  void brokenBetweenEvents(ClientLibrary library) throws Exception {
    ClientReport report = brokenAfter(library, 0);

    assertThat(report.error().path("message").asString(""))
        .as(report.toString())
        .contains("the upstream broke off its answer");
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("D6: a stream that breaks off inside of an event raises an error")
  void brokenInsideOfAnEvent(ClientLibrary library) throws Exception {
    ClientReport report = brokenAfter(library, 10);

    assertThat(report.error().path("message").asString("")).as(report.toString()).isNotEmpty();
    assertThat(report.answers()).noneMatch(answer -> answer.has("text"));
  }

  /** What a library makes of a stream that has so many bytes of one more event. */
  private static ClientReport brokenAfter(ClientLibrary library, int bytes) throws Exception {
    Store.User user = STAGE.store().newUser(10, 10);
    String begun = brokenOff(library.api());
    byte[] body = (begun + errorEvent(library.api())).getBytes(UTF_8);
    Delivery cut = Delivery.IMMEDIATE.cutAtByte(begun.getBytes(UTF_8).length + bytes);
    Map<String, String> headers = Map.of("content-type", "text/event-stream");
    STAGE.upstream().follow(Script.always(new Behaviour.Sends(200, headers, body, cut)));

    ClientReport report = library.run(job(library, user.key()).streamed(true).neverRetried());

    assertPaidInPart(user);
    return report;
  }

  static Stream<Arguments> slips() {
    return Stream.of(ClientLibrary.values())
        .flatMap(
            library -> Stream.of("", "/", "/v1", "/v1/").map(path -> Arguments.of(library, path)));
  }

  @ParameterizedTest(name = "{0} with base URL ending in \"{1}\"")
  @MethodSource("slips")
  @DisplayName("D7: base URLs with and without /v1 work for every library")
  void baseUrlSlip(ClientLibrary library, String path) {
    Store.User user = STAGE.store().newUser(10, 10);
    URI url = STAGE.chat().url();

    ClientReport report = library.run(ClientJob.answer(url + path, user.key()));

    assertThat(report.answers()).as(report.toString()).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.MATCH_ANY, names = ".*ANTHROPIC(_0X)?")
  @DisplayName("R2: the version that a library was made for reaches the upstream")
  void version(ClientLibrary library) {
    Store.User user = STAGE.store().newUser(10, 10);

    library.run(job(library, user.key()));

    boolean older = library.name().endsWith("_0X") || library.isLiteLlm();
    assertThat(STAGE.upstream().served().getLast().header("anthropic-version"))
        .hasValue(older ? "2023-06-01" : "2026-10-21");
  }

  private static ClientJob job(ClientLibrary library, String key) {
    return ClientJob.answer(library.baseUrl(STAGE.chat().url()), key);
  }

  private static void assertRefused(
      ClientLibrary library, ClientReport report, int status, String javaClass, String otherClass) {
    JsonNode error = report.error();
    assertThat(error.path("class").asString(""))
        .as(report.toString())
        .isEqualTo(library.isJava() ? javaClass : otherClass);
    assertThat(error.path("status").intValue()).isEqualTo(status);
    if (!library.isLiteLlm()) {
      assertThat(error.path("request_id").asString("")).isNotEmpty();
    }
  }

  /** The beginning of an answer: its head and a few words. */
  private static String brokenOff(Api api) throws IOException, InterruptedException {
    BrokenStream stream = BrokenStream.of(STAGE.upstream(), api, Ask.stream(Ask.SONNET));
    return stream.delivered();
  }

  private static String errorEvent(Api api) {
    return api == Api.ANTHROPIC_MESSAGES
        ? """
        event: error
        data: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}

        """
        : """
        data: {"error":{"message":"Overloaded","type":"server_error","code":null}}

        """;
  }

  private static void assertPaidInPart(Store.User user) {
    JsonNode line = Trace.onlyLine(user, STAGE.chat());
    assertThat(line.path("basis").stringValue()).isIn("partial", "estimated");
    eventually(() -> !STAGE.store().records(user).isEmpty(), () -> "no record of " + user.name());
    assertThat(List.of(line.path("cost_nano_usd").longValue()))
        .containsExactly(STAGE.store().records(user).getFirst().getLong("costN"));
  }
}
