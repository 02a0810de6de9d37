package xyz.trollllm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import xyz.trollllm.config.Api;

/** What clients announce takes no memory until it comes. */
final class MemoryIT {
  private static final int ANNOUNCING = 16;

  @RegisterExtension static final Stage STAGE = new Stage();

  @Test
  @DisplayName("D8: large bodies that are announced and do not come leave room for others")
  void announcedBodiesTakeNoMemory() throws Exception {
    Map<String, String> environment = new HashMap<>(RunningGateway.environment(STAGE.upstream()));
    environment.put("JAVA_TOOL_OPTIONS", "-Xmx128m");
    RunningGateway small = STAGE.start(RunningGateway.CHAT, environment);
    Store.User user = STAGE.store().newUser(10, 10);
    List<RawClient> announcing = new ArrayList<>();
    String head =
        RawClient.head(Api.ANTHROPIC_MESSAGES, "sk-nobody", "content-length: " + (32 << 20));
    for (int i = 0; i < ANNOUNCING; i++) {
      RawClient client = new RawClient(small);
      announcing.add(client);
      client.send(head);
    }

    int status = Http.post(small, user.key(), Ask.answer(Ask.HAIKU)).statusCode();

    assertThat(status).isEqualTo(200);
    for (RawClient client : announcing) {
      client.close();
    }
    assertThat(String.join("\n", small.diagnostics())).doesNotContain("OutOfMemory");
  }
}
