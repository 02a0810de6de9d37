package xyz.trollllm.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.trollllm.billing.KeyId;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.proxy.upstream.KeyRing;

final class OperatorAlertTest {
  private final List<OperatorAlert> alerts = new ArrayList<>();
  private Instant now = Instant.EPOCH;

  @ParameterizedTest
  @ValueSource(ints = {401, 402, 403})
  void refusedKeyIsToldAndAnotherOneTriedOnce(int status) throws Exception {
    try (CallRig rig = new CallRig("", List.of("first", "second", "third"))) {
      RecordingClient client = rig.message();
      rig.upstream.last().head(status).bytes("{}").end();
      rig.upstream.last().head(status).bytes("{}").end();

      assertThat(rig.upstream.sent).hasSize(2);
      assertThat(client.status).isEqualTo(502);
      assertThat(client.body()).contains("api_error", "upstream_refused");
      assertThat(rig.settlement().charge()).isEqualTo(Usd.ZERO);
      assertThat(rig.alerts)
          .containsExactly(
              new OperatorAlert.KeyRefused("up", KeyId.of("first"), status, KeyRing.REST),
              new OperatorAlert.KeyRefused("up", KeyId.of("second"), status, KeyRing.REST));
    }
  }

  @Test
  void lastKeysRefusalIsToldToo() throws Exception {
    try (CallRig rig = new CallRig()) {
      rig.message();
      rig.upstream.last().head(401).bytes("{}").end();
      rig.message();
      rig.upstream.last().head(401).bytes("{}").end();

      assertThat(rig.alerts)
          .containsExactly(
              new OperatorAlert.KeyRefused("up", KeyId.of("operator-key"), 401, KeyRing.REST),
              new OperatorAlert.AllKeysRefused("up", 1, KeyRing.REST));
    }
  }

  @Test
  void busyUpstreamIsNoAlert() throws Exception {
    try (CallRig rig = new CallRig("", List.of("first", "second"))) {
      RecordingClient client = rig.message();
      rig.upstream.last().head(429, "retry-after", "7").bytes("{}").end();
      rig.upstream.last().head(429, "retry-after", "7").bytes("{}").end();

      assertThat(rig.upstream.sent).hasSize(2);
      assertThat(client.status).isEqualTo(429);
      assertThat(client.headers.first("retry-after")).hasValue("7");
      assertThat(rig.alerts).isEmpty();
    }
  }

  @Test
  void keyThatIsRefusedAgainAndAgainIsToldEveryTenMinutes() {
    Clock moved =
        new Clock() {
          @Override
          public Instant instant() {
            return now;
          }

          @Override
          public ZoneId getZone() {
            return ZoneOffset.UTC;
          }

          @Override
          public Clock withZone(ZoneId zone) {
            return this;
          }
        };
    KeyRing keys = new KeyRing(List.of("one", "other"), moved);
    KeyWatch watch = new KeyWatch("up", keys, alerts::add, moved);
    KeyRing.Key key = keys.next();

    for (int i = 0; i < 10; i++) {
      key.rest();
      watch.refused(key, 401);
      now = now.plus(Duration.ofMinutes(2));
    }

    assertThat(alerts).hasSize(2);
  }
}
