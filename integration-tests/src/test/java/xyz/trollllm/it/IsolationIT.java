package xyz.trollllm.it;

import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.it.Eventually.eventually;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import xyz.trollllm.billing.HeldPort;
import xyz.trollllm.config.Api;
import xyz.trollllm.server.standin.Behaviour;
import xyz.trollllm.server.standin.Delivery;
import xyz.trollllm.server.standin.Gate;
import xyz.trollllm.server.standin.Script;

/** What goes wrong at one endpoint stays there, and neither stands in for the other. */
final class IsolationIT {
  private static final int CONNECTIONS = 3;

  @RegisterExtension static final Stage STAGE = new Stage();

  /** Stands for chat with a small pool of connections to its upstream. */
  private static RunningGateway narrow;

  /** Stands for chat whose upstream is down. */
  private static RunningGateway cutOff;

  /** Where nobody ever listens. */
  private static final HeldPort NOBODY = HeldPort.take();

  private Store.User user;

  @BeforeAll
  static void startTheOnesInTrouble() {
    Map<String, String> environment = RunningGateway.environment(STAGE.upstream());
    narrow =
        STAGE.start(
            ConfigCopy.ofUpstream(RunningGateway.CHAT, "max_connections", CONNECTIONS),
            environment);
    Map<String, String> nobodyThere = new HashMap<>(environment);
    String nowhere = "http://127.0.0.1:" + NOBODY.number();
    nobodyThere.put("ENDPOINT_OPENHANDS_ANTHROPIC_URL", nowhere + "/v1/messages");
    nobodyThere.put("ENDPOINT_OPENHANDS_OPENAI_URL", nowhere + "/v1/chat/completions");
    cutOff = STAGE.start(RunningGateway.CHAT, nobodyThere);
  }

  @AfterAll
  static void giveThePortBack() {
    NOBODY.close();
  }

  @BeforeEach
  void begin() {
    user = STAGE.store().newUser(10, 10);
    STAGE.upstream().follow(Script.always(Behaviour.answers()));
  }

  @MessagesAndChat
  @DisplayName("R5: a full pool refuses at its own instance only, and says when to come back")
  void saturationStaysAtItsInstance(Api api) throws Exception {
    Gate gate = new Gate();
    String held = "hold me";
    STAGE
        .upstream()
        .follow(request ->
            request.header("user-agent").orElse("").equals(held)
                ? new Behaviour.Answers(Delivery.IMMEDIATE.holdingEvent(2, gate))
                : Behaviour.answers());
    List<RawClient> busy = new ArrayList<>();
    String stream = RawClient.post(api, user.key(), Ask.stream(Ask.HAIKU));
    for (int i = 0; i < CONNECTIONS; i++) {
      RawClient client = new RawClient(narrow);
      busy.add(client);
      client.send(stream.replace("\r\nhost", "\r\nuser-agent: " + held + "\r\nhost"));
      client.readUntil("data: ");
    }

    HttpResponse<String> refused = Http.post(narrow, api, user.key(), Ask.answer(Ask.HAIKU));
    HttpResponse<String> elsewhere =
        Http.post(STAGE.chat2(), api, user.key(), Ask.answer(Ask.HAIKU));
    gate.open();

    assertThat(refused.statusCode()).isEqualTo(503);
    assertThat(refused.headers().firstValue("retry-after")).contains("1");
    assertThat(Http.json(refused).at("/error/code").stringValue()).isEqualTo("upstream_saturated");
    assertThat(elsewhere.statusCode()).isEqualTo(200);
    for (RawClient client : busy) {
      client.readUntil("\r\n0\r\n\r\n");
      client.close();
    }
    eventually(() -> answers(narrow, api) == 200, () -> "the pool stays full");
  }

  private int answers(RunningGateway gateway, Api api) {
    try {
      return Http.post(gateway, api, user.key(), Ask.answer(Ask.HAIKU)).statusCode();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @MessagesAndChat
  @DisplayName("R4, R7: an upstream that is down is told; nobody else is asked instead")
  void nothingIsSentElsewhere(Api api) throws Exception {
    int before = STAGE.upstream().served().size();

    HttpResponse<String> answer = Http.post(cutOff, api, user.key(), Ask.answer(Ask.HAIKU));

    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(Http.json(answer).at("/error/code").stringValue()).isEqualTo("upstream_unreachable");
    assertThat(answer.headers().firstValue("retry-after")).isPresent();
    assertThat(STAGE.upstream().served()).hasSize(before);
    assertThat(answers(STAGE.chat2(), api)).isEqualTo(200);
  }

  @Test
  @DisplayName("R6: one key, without a sign-up in between, works at both endpoints")
  void sameKeyAtBoth() {
    assertThat(answers(STAGE.chat(), Api.ANTHROPIC_MESSAGES)).isEqualTo(200);
    assertThat(answers(STAGE.chat2(), Api.ANTHROPIC_MESSAGES)).isEqualTo(200);
  }

  @Test
  @DisplayName("R7: a model that only the other endpoint has is not fetched from there")
  void modelOfTheOtherEndpoint() throws Exception {
    int before = STAGE.upstream().served().size();

    HttpResponse<String> answer =
        Http.post(STAGE.chat2(), user.key(), Ask.answer("gemini-3-pro-preview"));

    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(STAGE.upstream().served()).hasSize(before);
  }
}
