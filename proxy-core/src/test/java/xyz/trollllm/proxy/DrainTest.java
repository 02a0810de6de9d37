package xyz.trollllm.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import xyz.trollllm.billing.Basis;
import xyz.trollllm.billing.Settlement.Outcome;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.proxy.upstream.UpstreamFailure;

/** What becomes of an answer whose client went away. */
final class DrainTest {
  private static final String[] STREAM = {
    "content-type", "text/event-stream", "transfer-encoding", "chunked"
  };
  private static final String[] DOCUMENT = {"content-type", "application/json"};
  private static final Usd EXACT = Usd.of("0.000318");

  @Test
  void answerIsCancelledUnlessConfiguredOtherwise() throws Exception {
    try (CallRig rig = new CallRig()) {
      RecordingClient client = rig.messageStream();
      rig.upstream.last().head(200, STREAM).bytes(Answers.START + Answers.TEXT);

      client.leaves();

      assertThat(rig.upstream.last().cancelled).isTrue();
      assertCharged(rig, client, "0.0001272", Basis.PARTIAL, "client-gone", "estimated-output");
      assertThat(rig.settlement().record().status()).isEqualTo(200);
    }
  }

  @Test
  void streamIsReadToItsEndAndChargedExactly() throws Exception {
    try (CallRig rig = CallRig.draining(60, "1")) {
      RecordingClient client = rig.messageStream();
      ScriptedUpstream.Sent upstream = rig.upstream.last().head(200, STREAM);
      upstream.bytes(Answers.START);

      client.leaves();
      upstream.bytes(Answers.TEXT + Answers.TEXT + Answers.DELTA + Answers.STOP);
      assertThat(client.timesOver).as("under way").isZero();
      assertThat(rig.held()).isGreaterThan(Usd.ZERO);
      upstream.end();

      assertThat(client.body()).isEqualTo(Answers.START);
      assertCharged(rig, client, EXACT.toString(), Basis.UPSTREAM, "client-gone", "drained");
    }
  }

  @Test
  void documentIsReadToItsEndAndChargedExactly() throws Exception {
    try (CallRig rig = CallRig.draining(60, "1")) {
      RecordingClient client = rig.message();
      ScriptedUpstream.Sent upstream = rig.upstream.last().head(200, DOCUMENT).bytes("{");

      client.leaves();
      upstream.bytes(Answers.JSON.substring(1)).end();

      assertThat(client.status).isZero();
      assertCharged(rig, client, EXACT.toString(), Basis.UPSTREAM, "client-gone", "drained");
      assertThat(rig.settlement().record().status()).isEqualTo(499);
    }
  }

  @Test
  void answerThatHasNotBegunIsReadToo() throws Exception {
    try (CallRig rig = CallRig.draining(60, "1")) {
      RecordingClient client = rig.messageStream();

      client.leaves();
      rig.upstream.last().head(200, STREAM).bytes(Answers.MESSAGES).end();

      assertThat(client.status).isZero();
      assertCharged(rig, client, EXACT.toString(), Basis.UPSTREAM, "client-gone", "drained");
    }
  }

  @Test
  void clientThatLeavesBeforeTheAnswerPaysNothing() throws Exception {
    try (CallRig rig = new CallRig()) {
      RecordingClient client = rig.message();

      client.leaves();

      assertThat(rig.upstream.last().cancelled).isTrue();
      assertCharged(rig, client, "0", Basis.VOID, "client-gone");
    }
  }

  @Test
  void largeRequestIsReadElsewhereAndItsClientMayLeaveMeanwhile() throws Exception {
    try (CallRig rig = CallRig.draining(60, "1")) {
      String large = CallRig.MESSAGE.replace("[]", "[]" + " ".repeat(2 << 20));
      RecordingClient served = rig.send("/v1/messages", large);
      rig.upstream.last().head(200, DOCUMENT).bytes(Answers.JSON).end();
      RecordingClient leaves = new RecordingClient();
      rig.start(leaves, "/v1/messages", large);

      leaves.leaves();
      rig.loop.runUntil(() -> leaves.timesOver == 1);

      assertThat(served.headers.first("x-charge-usd")).hasValue(EXACT.toString());
      assertThat(rig.upstream.sent).hasSize(1);
      assertThat(rig.ledger.records().getLast().charge()).isEqualTo(Usd.ZERO);
      assertThat(rig.held()).isEqualTo(Usd.ZERO);
    }
  }

  @Test
  void timeLimitEndsIt() throws Exception {
    try (CallRig rig = CallRig.draining(60, "1")) {
      RecordingClient client = rig.messageStream();
      ScriptedUpstream.Sent upstream = rig.upstream.last().head(200, STREAM);
      upstream.bytes(Answers.START + Answers.TEXT);

      client.leaves();
      rig.loop.advance(Duration.ofSeconds(59));
      assertThat(upstream.cancelled).isFalse();
      rig.loop.advance(Duration.ofSeconds(1));

      assertThat(upstream.cancelled).isTrue();
      assertCharged(rig, client, "0.0001272", Basis.PARTIAL, "client-gone", "drain-time-limit");
      assertThat(rig.loop.timers()).isZero();
    }
  }

  @Test
  void costLimitEndsIt() throws Exception {
    try (CallRig rig = CallRig.draining(60, "0.0005")) {
      RecordingClient client = rig.messageStream();
      ScriptedUpstream.Sent upstream = rig.upstream.last().head(200, STREAM);
      upstream.bytes(Answers.START);

      client.leaves();
      int events = 0;
      while (!upstream.cancelled) {
        upstream.bytes(Answers.TEXT);
        events++;
      }

      // 25 tokens in are 0.0000795; each 4 characters 0.0000159: 0.0005 is passed with 27 tokens.
      assertThat(events).isEqualTo(11);
      assertThat(rig.settlement().charge()).isBetween(Usd.of("0.0005"), Usd.of("0.00053"));
      assertThat(rig.settlement().record().flags()).contains("client-gone", "drain-cost-limit");
    }
  }

  @Test
  void costLimitOfNothingCancelsAtOnce() throws Exception {
    try (CallRig rig = CallRig.draining(60, "0")) {
      RecordingClient client = rig.message();

      client.leaves();

      assertThat(rig.upstream.last().cancelled).isTrue();
      assertCharged(rig, client, "0", Basis.VOID, "client-gone", "drain-cost-limit");
    }
  }

  @Test
  void upstreamThatBreaksOffIsChargedForWhatItReported() throws Exception {
    try (CallRig rig = CallRig.draining(60, "1")) {
      RecordingClient client = rig.messageStream();
      rig.upstream.last().head(200, STREAM).bytes(Answers.START + Answers.TEXT);

      client.leaves();
      rig.upstream.last().fail();

      assertCharged(rig, client, "0.0001272", Basis.PARTIAL, "client-gone");
    }
  }

  @Test
  void errorAfterTheClientLeftIsFreeAndNotTriedAgain() throws Exception {
    for (int status : new int[] {401, 429, 500}) {
      try (CallRig rig =
          new CallRig(
              ", \"drain_after_disconnect\": {\"max_seconds\": 60, \"max_cost_usd\": 1}",
              List.of("first", "second"))) {
        RecordingClient client = rig.message();

        client.leaves();
        rig.upstream.last().head(status).bytes("{}").end();

        assertThat(rig.upstream.sent).hasSize(1);
        assertCharged(rig, client, "0", Basis.VOID, "client-gone");
      }
    }
  }

  @Test
  void connectionThatFailsAfterTheClientLeftIsNotTriedAgain() throws Exception {
    try (CallRig rig = CallRig.draining(60, "1")) {
      RecordingClient client = rig.message();

      client.leaves();
      rig.upstream.last().fail(new UpstreamFailure.NotConnected("refused"));

      assertThat(rig.upstream.sent).hasSize(1);
      assertCharged(rig, client, "0", Basis.VOID, "client-gone");
    }
  }

  @Test
  void slowClientThatLeavesNoLongerHoldsTheUpstreamBack() throws Exception {
    try (CallRig rig = CallRig.draining(60, "1")) {
      RecordingClient client = rig.messageStream();
      ScriptedUpstream.Sent upstream = rig.upstream.last().head(200, STREAM);
      client.busy = true;
      upstream.bytes(Answers.START);
      assertThat(upstream.paused).isTrue();

      client.leaves();

      assertThat(upstream.paused).isFalse();
      upstream.bytes(Answers.TEXT + Answers.DELTA + Answers.STOP).end();
      assertCharged(rig, client, EXACT.toString(), Basis.UPSTREAM, "drained");
    }
  }

  @Test
  void loopThatEndsEndsTheReadingToo() throws Exception {
    try (CallRig rig = CallRig.draining(60, "1")) {
      RecordingClient client = rig.messageStream();
      rig.upstream.last().head(200, STREAM).bytes(Answers.START + Answers.TEXT);
      client.leaves();

      client.isStopped();

      assertCharged(rig, client, "0.0001272", Basis.PARTIAL, "client-gone");
    }
  }

  @Test
  void holdIsKeptAliveMeanwhile() throws Exception {
    try (CallRig rig = CallRig.draining(3600, "1")) {
      RecordingClient client = rig.messageStream();
      rig.upstream.last().head(200, STREAM).bytes(Answers.START);

      client.leaves();
      rig.loop.advance(Duration.ofMinutes(30));

      assertThat(rig.loop.timers()).as("limit and heartbeat").isEqualTo(2);
      rig.upstream.last().bytes(Answers.TEXT + Answers.DELTA + Answers.STOP).end();
      assertThat(rig.loop.timers()).isZero();
    }
  }

  private static void assertCharged(
      CallRig rig, RecordingClient client, String usd, Basis basis, String... flags) {
    assertThat(rig.settlement().charge()).isEqualTo(Usd.of(usd));
    assertThat(rig.settlement().outcome()).isEqualTo(Outcome.CANCELLED);
    assertThat(rig.settlement().record().basis()).isEqualTo(basis);
    assertThat(rig.settlement().record().flags()).contains(flags);
    assertThat(rig.held()).isEqualTo(Usd.ZERO);
    assertThat(client.timesOver).isEqualTo(1);
    assertThat(rig.log).hasSize(1);
  }
}
