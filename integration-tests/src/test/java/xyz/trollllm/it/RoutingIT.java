package xyz.trollllm.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static xyz.trollllm.it.Eventually.eventuallyPasses;

import java.io.IOException;
import java.math.BigDecimal;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import xyz.trollllm.billing.TokenCounts;
import xyz.trollllm.config.Api;
import xyz.trollllm.server.standin.Served;
import xyz.trollllm.server.standin.StandInUpstream;

/** Each instance sends its models where its file says and takes what its file says. */
final class RoutingIT {
  private static final String OHMYGPT_KEY = "sk-operator-at-ohmygpt";
  private static final String OHMYGPT_PATH = "/api/v1/ai/openai/cc-omg/v1/messages";

  @RegisterExtension static final Stage STAGE = new Stage();

  private static final StandInUpstream OHMYGPT =
      StandInUpstream.builder().keys(Set.of(OHMYGPT_KEY)).start();
  private static RunningGateway dualUpstream;

  @BeforeAll
  static void startTheOtherProfile() {
    dualUpstream =
        STAGE.start(
            "config-ohmygpt-upstream-prod.json",
            Map.of(
                "ENDPOINT_OHMYGPT_ANTHROPIC_URL",
                OHMYGPT.url() + OHMYGPT_PATH,
                "OHMYGPT_API_KEY",
                OHMYGPT_KEY));
  }

  @AfterAll
  static void stop() {
    OHMYGPT.close();
  }

  /** The instances, with what the requirements say of each. */
  enum Service {
    CHAT("creditsNew", "openhands", "/v1/messages", StandInUpstream.KEY),
    CHAT2("credits", "openhands", "/v1/messages", StandInUpstream.KEY),
    CHAT2_DUAL_UPSTREAM("credits", "ohmygpt", OHMYGPT_PATH, OHMYGPT_KEY);

    final String creditField;
    final String upstream;
    final String path;
    final String operatorKey;

    Service(String creditField, String upstream, String path, String operatorKey) {
      this.creditField = creditField;
      this.upstream = upstream;
      this.path = path;
      this.operatorKey = operatorKey;
    }

    RunningGateway gateway() {
      return switch (this) {
        case CHAT -> STAGE.chat();
        case CHAT2 -> STAGE.chat2();
        case CHAT2_DUAL_UPSTREAM -> dualUpstream;
      };
    }

    StandInUpstream standIn() {
      return this == CHAT2_DUAL_UPSTREAM ? OHMYGPT : STAGE.upstream();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "CHAT, claude-opus-4-5, claude-opus-4-5-20251101, 1.06",
    "CHAT, claude-sonnet-4-5, claude-sonnet-4-5, 1.06",
    "CHAT, claude-haiku-4-5, claude-haiku-4-5-20251001, 1.06",
    "CHAT, gemini-3-pro-preview, gemini-3-pro, 1.08",
    "CHAT2, claude-opus-4-5, claude-opus-4-5-20251101, 1.06",
    "CHAT2, claude-sonnet-4-5, claude-sonnet-4-5, 1.06",
    "CHAT2, claude-haiku-4-5, claude-haiku-4-5-20251001, 1.06",
    "CHAT2_DUAL_UPSTREAM, claude-opus-4-5, claude-opus-4-5-20251101, 1.04",
    "CHAT2_DUAL_UPSTREAM, claude-sonnet-4-5, claude-sonnet-4-5-20250929, 1.04",
    "CHAT2_DUAL_UPSTREAM, claude-haiku-4-5, claude-haiku-4-5-20251001, 1.10"
  })
  @DisplayName("R2, R3, B3, B4: a model goes to its upstream and its exact cost to one field")
  void modelIsForwardedAndCharged(
      Service service, String model, String upstreamModelId, String multiplier) throws Exception {
    Store.User user = STAGE.store().newUser(10, 10);

    String whole = Ask.everyKindOfToken(model);
    String stream = Ask.streamed(whole);

    HttpResponse<String> wholeAnswer = Http.post(service.gateway(), user.key(), whole);
    HttpResponse<String> streamAnswer = Http.post(service.gateway(), user.key(), stream);

    String renamed = whole.replace("\"" + model + "\"", "\"" + upstreamModelId + "\"");
    assertForwarded(service, wholeAnswer, renamed);
    assertForwarded(service, streamAnswer, Ask.streamed(renamed));
    assertCharged(service, model, multiplier, wholeAnswer);
    assertCharged(service, model, multiplier, streamAnswer);
    assertTaken(service, user, 2);
  }

  @ParameterizedTest
  @CsvSource({"CHAT, 1.06", "CHAT2, 1.06"})
  @DisplayName("R2, R3: chat completions go to the upstream's other endpoint at the same prices")
  void chatCompletionIsForwardedAndCharged(Service service, String multiplier) throws Exception {
    Store.User user = STAGE.store().newUser(10, 10);

    HttpResponse<String> answer =
        Http.post(service.gateway(), Api.OPENAI_CHAT, user.key(), Ask.stream(Ask.SONNET));

    assertThat(served(service, answer).path()).isEqualTo("/v1/chat/completions");
    assertCharged(service, Ask.SONNET, multiplier, answer);
    assertTaken(service, user, 1);
  }

  @Test
  @DisplayName("R1: nothing but their environment tells the two instances' processes apart")
  void processesDifferInTheirEnvironmentOnly() throws IOException, InterruptedException {
    assertThat(STAGE.chat().process().info().arguments().orElseThrow())
        .isEqualTo(STAGE.chat2().process().info().arguments().orElseThrow());
    assertThat(health(STAGE.chat())).contains("\"openhands\"");
    assertThat(health(STAGE.chat2())).contains("\"ohmygpt\"");
  }

  private static String health(RunningGateway gateway) throws IOException, InterruptedException {
    return Http.get(gateway.opsUrl().resolve("/health")).body();
  }

  private static Served served(Service service, HttpResponse<String> answer) {
    return Trace.served(service.standIn(), Http.requestId(answer));
  }

  private static void assertForwarded(
      Service service, HttpResponse<String> answer, String expected) {
    assertThat(answer.statusCode()).isEqualTo(200);
    Served served = served(service, answer);
    assertThat(served.path()).isEqualTo(service.path);
    assertThat(served.header("authorization")).contains("Bearer " + service.operatorKey);
    assertThat(new String(served.body(), UTF_8)).isEqualTo(expected);
  }

  private static void assertCharged(
      Service service, String model, String multiplier, HttpResponse<String> answer) {
    TokenCounts used = Objects.requireNonNull(served(service, answer).usage());
    BigDecimal cost = Price.charge(model, used, multiplier);
    assertThat(cost).isPositive();
    Trace.of(service.gateway(), STAGE.store(), Http.requestId(answer))
        .assertCharged(cost, multiplier, service.creditField, service.upstream, used);
  }

  /** What the field lost is what the records say, and the other field is as it was. */
  private static void assertTaken(Service service, Store.User user, int requests) {
    String other = service.creditField.equals("credits") ? "creditsNew" : "credits";
    eventuallyPasses(() -> {
      List<Document> rows = STAGE.store().records(user);
      long nanos = rows.stream().mapToLong(row -> row.getLong("costN")).sum();
      Document document = STAGE.store().document(user);
      Document spent = document.getEmbedded(List.of("gw", "spent"), Document.class);
      assertThat(rows).hasSize(requests);
      assertThat(spent).isEqualTo(new Document(service.creditField, nanos));
      assertThat(document.getDouble(service.creditField)).isCloseTo(10 - nanos / 1e9, within(1e-6));
      assertThat(document.getDouble(other)).isEqualTo(10);
    });
  }
}
