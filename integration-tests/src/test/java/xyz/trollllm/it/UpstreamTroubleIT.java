package xyz.trollllm.it;

import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.it.Errors.assertTold;
import static xyz.trollllm.it.Eventually.eventually;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import xyz.trollllm.config.Api;
import xyz.trollllm.server.standin.Behaviour;
import xyz.trollllm.server.standin.Served;

/** An upstream that gives no answer: its trouble is told truly and costs nothing. */
final class UpstreamTroubleIT {
  @RegisterExtension static final Stage STAGE = new Stage();

  /** Gives an upstream a second to begin an answer. */
  private static RunningGateway impatient;

  private Store.User user;

  @BeforeAll
  static void startAnImpatientOne() {
    impatient =
        STAGE.start(
            ConfigCopy.ofUpstream(RunningGateway.CHAT, "response_timeout_seconds", 1),
            RunningGateway.environment(STAGE.upstream()));
  }

  @BeforeEach
  void begin() {
    user = STAGE.begin();
  }

  @MessagesAndChat
  @DisplayName("R2, R3: silence before an answer ends in a timeout that costs nothing")
  void silentUpstream(Api api) throws Exception {
    STAGE.upstreamDoes(new Behaviour.Hangs());

    HttpResponse<String> answer = post(impatient, api, Ask.answer(Ask.SONNET));

    assertTold(answer, 504, "timeout_error", "upstream_timeout");
    assertNothingCharged(impatient);
    eventually(
        () -> STAGE.upstream().served().getLast().state() == Served.State.ABANDONED,
        () -> "still waited for upstream");
  }

  @MessagesAndChat
  @DisplayName("R2, R3: a connection that closes without an answer costs nothing")
  void upstreamHangsUp(Api api) throws Exception {
    STAGE.upstreamDoes(new Behaviour.HangsUp());

    HttpResponse<String> answer = post(STAGE.chat2(), api, Ask.stream(Ask.SONNET));

    assertTold(answer, 502, serverError(api), "upstream_broken");
    assertNothingCharged(STAGE.chat2());
  }

  @MessagesAndChat
  @DisplayName("R2, R3: a web server's error page becomes an error that SDKs understand")
  void upstreamAnswersHtml(Api api) throws Exception {
    STAGE.upstreamDoes(Behaviour.sendsHtml(502));

    HttpResponse<String> answer = post(STAGE.chat2(), api, Ask.stream(Ask.SONNET));

    assertTold(answer, 502, serverError(api), "upstream_error");
    assertThat(answer.body()).doesNotContain("html");
    assertNothingCharged(STAGE.chat2());
  }

  @MessagesAndChat
  @DisplayName("B3: a page that is no answer costs nothing, whatever its status says")
  void upstreamAnswersHtmlAsSuccess(Api api) throws Exception {
    STAGE.upstreamDoes(Behaviour.sendsHtml(200));

    HttpResponse<String> answer = post(STAGE.chat2(), api, Ask.answer(Ask.SONNET));

    assertTold(answer, 502, serverError(api), "upstream_broken");
    assertThat(answer.body()).doesNotContain("html");
    assertNothingCharged(STAGE.chat2());
  }

  @ParameterizedTest
  @CsvSource({
    "400, 400, invalid_request_error, upstream_error",
    "401, 502, api_error, upstream_refused",
    "402, 502, api_error, upstream_refused",
    "403, 502, api_error, upstream_refused",
    "429, 429, rate_limit_error, upstream_error",
    "500, 500, api_error, upstream_error",
    "529, 529, overloaded_error, upstream_error"
  })
  @DisplayName(
      "R2, R3: what an upstream refuses is passed on, but for what is the operator's affair")
  void upstreamRefuses(int upstream, int status, String type, String code) throws Exception {
    STAGE.upstreamDoes(new Behaviour.Fails(upstream, Map.of("retry-after", "7")));

    HttpResponse<String> answer =
        post(STAGE.chat2(), Api.ANTHROPIC_MESSAGES, Ask.stream(Ask.SONNET));

    assertTold(answer, status, type, code);
    boolean passedOn = status == upstream;
    assertThat(answer.headers().firstValue("retry-after").isPresent()).isEqualTo(passedOn);
    assertThat(answer.body().contains("as the script wants")).isEqualTo(passedOn);
    assertNothingCharged(STAGE.chat2());
  }

  private HttpResponse<String> post(RunningGateway gateway, Api api, String body)
      throws IOException, InterruptedException {
    return Http.post(gateway, api, user.key(), body);
  }

  private static String serverError(Api api) {
    return api == Api.OPENAI_CHAT ? "server_error" : "api_error";
  }

  private void assertNothingCharged(RunningGateway gateway) {
    JsonNode line = Trace.onlyLine(user, gateway);
    assertThat(line.path("basis").stringValue()).isEqualTo("void");
    assertThat(line.path("cost_nano_usd").longValue()).isZero();
  }
}
