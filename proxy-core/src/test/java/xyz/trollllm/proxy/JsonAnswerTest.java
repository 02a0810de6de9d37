package xyz.trollllm.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.trollllm.billing.Basis;
import xyz.trollllm.billing.Usd;

final class JsonAnswerTest {
  private static final int MOST_KEPT = 1 << 20;

  private final CallRig rig = new CallRig();

  @AfterEach
  void nothingStaysHeld() {
    assertThat(rig.held()).isEqualTo(Usd.ZERO);
    rig.close();
  }

  @Test
  void headCarriesTheChargeThatIsSettled() throws Exception {
    RecordingClient client = rig.message();

    ScriptedUpstream.Sent upstream = rig.upstream.last();
    upstream.head(200, "content-type", "application/json", "transfer-encoding", "chunked");
    for (char c : Answers.JSON.toCharArray()) {
      upstream.bytes(String.valueOf(c));
    }
    assertThat(client.status).as("nothing goes out before the end").isZero();
    upstream.end();

    assertThat(client.headers.first("x-charge-usd")).hasValue("0.000318");
    assertThat(client.contentLength).isEqualTo(Answers.JSON.length());
    assertThat(client.body()).isEqualTo(Answers.JSON);
    assertThat(client.ended).isTrue();
    assertThat(rig.settlement().charge()).isEqualTo(Usd.of("0.000318"));
    assertThat(rig.log.getFirst().settlement()).isEqualTo(rig.settlement());
  }

  @Test
  void errorInsideAnAnswerIsFree() throws Exception {
    RecordingClient client = rig.message();

    rig.upstream
        .last()
        .head(200, "content-type", "application/json")
        .bytes("{\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"no\"}}")
        .end();

    assertThat(client.headers.first("x-charge-usd")).hasValue("0");
    assertThat(rig.settlement().charge()).isEqualTo(Usd.ZERO);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 1})
  void answerAboveTheLimitIsPassedOnAsItComes(int beyond) throws Exception {
    String answer = document(MOST_KEPT + beyond);
    RecordingClient client = rig.message();

    ScriptedUpstream.Sent upstream = rig.upstream.last();
    upstream.head(200, "content-type", "application/json", "transfer-encoding", "chunked");
    for (int at = 0; at < answer.length(); at += 10_000) {
      upstream.bytes(answer.substring(at, Math.min(answer.length(), at + 10_000)));
    }
    boolean streams = client.status != 0;
    upstream.end();

    assertThat(streams).isEqualTo(beyond > 0);
    assertThat(client.headers.contains("x-charge-usd")).isEqualTo(!streams);
    assertThat(client.contentLength).isEqualTo(streams ? -1 : answer.length());
    assertThat(client.body().equals(answer)).as("same bytes").isTrue();
    assertThat(rig.settlement().charge()).isEqualTo(Usd.of("0.000318"));
  }

  @Test
  void answerAnnouncedAsLargeIsPassedOnFromItsFirstByte() throws Exception {
    String answer = document(MOST_KEPT + 1);
    RecordingClient client = rig.message();

    ScriptedUpstream.Sent upstream = rig.upstream.last();
    String length = Integer.toString(answer.length());
    upstream.head(200, "content-type", "application/json", "content-length", length);
    upstream.bytes(answer.substring(0, 100));
    assertThat(client.body()).hasSize(100);
    upstream.bytes(answer.substring(100)).end();

    assertThat(client.contentLength).isEqualTo(answer.length());
    assertThat(client.headers.contains("x-charge-usd")).isFalse();
  }

  @Test
  void largeAnswerThatBreaksOffIsCutAndChargedForWhatCame() throws Exception {
    String answer = document(MOST_KEPT + 4_000);
    RecordingClient client = rig.message();

    ScriptedUpstream.Sent upstream = rig.upstream.last();
    upstream.head(200, "content-type", "application/json", "transfer-encoding", "chunked");
    upstream.bytes(answer.substring(0, MOST_KEPT + 2_000)).fail();

    assertThat(client.wasReset).isTrue();
    assertThat(rig.settlement().charge()).isGreaterThan(Usd.ZERO);
    assertThat(rig.settlement().record().basis()).isEqualTo(Basis.ESTIMATED);
  }

  private static String document(int length) {
    String padding = "x".repeat(length - Answers.JSON.length());
    return Answers.JSON.replace("Hi", "Hi" + padding);
  }
}
