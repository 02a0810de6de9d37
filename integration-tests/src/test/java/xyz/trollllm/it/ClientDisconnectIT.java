package xyz.trollllm.it;

import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.it.Eventually.eventually;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;
import xyz.trollllm.config.Api;
import xyz.trollllm.server.standin.Behaviour;
import xyz.trollllm.server.standin.Delivery;
import xyz.trollllm.server.standin.Served;

/** Clients that leave cost what they got, and free what was held for them. */
final class ClientDisconnectIT {
  @RegisterExtension static final Stage STAGE = new Stage();

  private Store.User user;

  @BeforeEach
  void begin() {
    user = STAGE.begin();
  }

  @MessagesAndChat
  @DisplayName("B3: who leaves a silent stream pays what came; upstream and hold are let go")
  void clientLeavesASilentStream(Api api) throws Exception {
    BrokenStream stream = BrokenStream.of(STAGE.upstream(), api, Ask.stream(Ask.SONNET));
    STAGE.upstreamDoes(new Behaviour.Answers(Delivery.IMMEDIATE.hangingBeforeEvent(10)));
    try (RawClient client = new RawClient(STAGE.chat())) {
      client.send(RawClient.post(api, user.key(), stream.request()));
      client.readUntil(stream.lastText());
      assertThat(holds()).isEqualTo(1);
    }

    JsonNode line = Trace.onlyLine(user, STAGE.chat(), STAGE.chat2());

    assertThat(line.path("outcome").stringValue()).isEqualTo("cancelled");
    assertThat(line.path("basis").stringValue())
        .isEqualTo(api == Api.ANTHROPIC_MESSAGES ? "partial" : "estimated");
    assertThat(line.path("flags").toString()).contains("client-gone");
    assertThat(line.path("output_tokens").longValue()).isEqualTo(stream.estimatedOutput());
    assertThat(line.path("cost_nano_usd").longValue()).isPositive();
    eventually(() -> holds() == 0, () -> "still held");
    assertAbandoned();
  }

  @Test
  @DisplayName("B3: who leaves before the answer pays nothing")
  void clientLeavesBeforeTheAnswer() throws Exception {
    STAGE.upstreamDoes(new Behaviour.Hangs());
    int before = STAGE.upstream().served().size();
    try (RawClient client = new RawClient(STAGE.chat2())) {
      client.send(RawClient.post(Api.ANTHROPIC_MESSAGES, user.key(), Ask.answer(Ask.SONNET)));
      eventually(
          () -> STAGE.upstream().served().size() == before + 1, () -> "did not reach upstream");
    }

    JsonNode line = Trace.onlyLine(user, STAGE.chat(), STAGE.chat2());

    assertThat(line.path("status").intValue()).isEqualTo(499);
    assertThat(line.path("cost_nano_usd").longValue()).isZero();
    assertAbandoned();
  }

  private int holds() {
    return STAGE.store().holds(user).size();
  }

  private static void assertAbandoned() {
    eventually(
        () -> STAGE.upstream().served().getLast().state() == Served.State.ABANDONED,
        () -> "upstream still sends");
  }
}
