package xyz.trollllm.it;

import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.it.Eventually.eventually;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import xyz.trollllm.config.Api;
import xyz.trollllm.server.standin.Behaviour;
import xyz.trollllm.server.standin.Delivery;
import xyz.trollllm.server.standin.Gate;
import xyz.trollllm.server.standin.Script;
import xyz.trollllm.server.standin.StandInUpstream;

/** An instance that ends loses no money: neither the user's nor the operator's. */
final class ShutdownIT {
  private static final int STREAMS = 6;

  private Store store;
  private StandInUpstream upstream;
  private Store.User user;

  @BeforeEach
  void begin() {
    store = Store.start();
    upstream = StandInUpstream.start();
    user = store.newUser(10, 10);
  }

  @AfterEach
  void end() {
    upstream.close();
    store.close();
  }

  @Test
  @DisplayName("R4: an instance that is asked to stop finishes its streams and settles them")
  void streamsAreFinished() throws Exception {
    Gate gate = new Gate();
    upstream.follow(Script.always(new Behaviour.Answers(Delivery.IMMEDIATE.holdingEvent(5, gate))));
    RunningGateway stopped = RunningGateway.start(RunningGateway.CHAT, store, upstream);
    List<RawClient> clients = openStreams(stopped);

    stopped.terminate();
    eventually(() -> isNotReady(stopped), () -> "still ready");
    int late = Http.post(stopped, user.key(), Ask.answer(Ask.HAIKU)).statusCode();
    gate.open();

    assertThat(late).isEqualTo(503);
    for (RawClient client : clients) {
      assertThat(client.readUntil("\r\n0\r\n\r\n")).contains("message_stop");
      client.close();
    }
    assertThat(stopped.exitCode()).isZero();
    try (RunningGateway restarted = RunningGateway.start(RunningGateway.CHAT, store, upstream)) {
      assertThat(Http.post(restarted, user.key(), Ask.answer(Ask.HAIKU)).statusCode())
          .isEqualTo(200);
      Books.audit(store, List.of(stopped, restarted));
      Books.auditRecords(store, List.of(stopped, restarted));
      assertThat(store.records(user)).hasSize(STREAMS + 1);
    }
  }

  private boolean isNotReady(RunningGateway gateway) {
    try {
      return Http.get(gateway.opsUrl().resolve("/ready")).statusCode() == 503;
    } catch (IOException e) {
      throw new AssertionError("stopped before its streams ended", e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  @DisplayName(
      "B3: after a kill that took the journal along, nothing is charged twice and holds are known")
  void killedInstanceChargesNothingTwice() throws Exception {
    RunningGateway killed = RunningGateway.start(RunningGateway.CHAT, store, upstream);
    for (int i = 0; i < STREAMS; i++) {
      Http.post(killed, user.key(), Ask.answer(Ask.HAIKU));
    }
    eventually(() -> killed.requestLog().size() == STREAMS, () -> "not settled");
    long before = spent();
    upstream.follow(Script.always(new Behaviour.Answers(Delivery.IMMEDIATE.hangingBeforeEvent(5))));
    List<RawClient> clients = openStreams(killed);

    killed.kill();
    assertThat(killed.exitCode()).isNotZero();
    upstream.follow(Script.always(Behaviour.answers()));

    try (RunningGateway restarted = RunningGateway.start(RunningGateway.CHAT, store, upstream)) {
      assertThat(Http.post(restarted, user.key(), Ask.answer(Ask.HAIKU)).statusCode())
          .isEqualTo(200);
      eventually(
          () -> store.records(user).size() == STREAMS + 1, () -> "records: " + store.records(user));
      List<Document> rows = store.records(user);
      Document holds = store.holds(user);
      assertThat(holds).hasSize(STREAMS);
      assertThat(held()).isEqualTo(amounts(holds));
      assertThat(idsOf(rows)).hasSize(rows.size()).doesNotContainAnyElementsOf(holds.keySet());
      assertThat(spent()).isEqualTo(rows.stream().mapToLong(row -> row.getLong("costN")).sum());
      assertThat(spent()).isGreaterThan(before);
    }
    for (RawClient client : clients) {
      client.close();
    }
  }

  @Test
  @DisplayName("R4: an instance that dies takes none of the other's streams along")
  void otherInstanceGoesOn() throws Exception {
    Gate gate = new Gate();
    upstream.follow(Script.always(new Behaviour.Answers(Delivery.IMMEDIATE.holdingEvent(5, gate))));
    RunningGateway killed = RunningGateway.start(RunningGateway.CHAT, store, upstream);
    try (RunningGateway other = RunningGateway.start(RunningGateway.CHAT2, store, upstream)) {
      List<RawClient> lost = openStreams(killed);
      List<RawClient> clients = openStreams(other);

      killed.kill();
      assertThat(killed.exitCode()).isNotZero();
      gate.open();

      for (RawClient client : clients) {
        assertThat(client.readUntil("\r\n0\r\n\r\n")).contains("message_stop");
        client.close();
      }
      assertThat(Http.post(other, user.key(), Ask.answer(Ask.HAIKU)).statusCode()).isEqualTo(200);
      for (RawClient client : lost) {
        assertThat(client.readToEnd()).doesNotContain("message_stop");
        client.close();
      }
    }
  }

  private List<RawClient> openStreams(RunningGateway gateway) throws IOException {
    List<RawClient> clients = new ArrayList<>();
    String stream = RawClient.post(Api.ANTHROPIC_MESSAGES, user.key(), Ask.stream(Ask.HAIKU));
    for (int i = 0; i < STREAMS; i++) {
      RawClient client = new RawClient(gateway);
      clients.add(client);
      client.send(stream).readUntil("text_delta");
    }
    return clients;
  }

  private long spent() {
    return counter("spent");
  }

  private long held() {
    return counter("held");
  }

  private long counter(String name) {
    return store.document(user).getEmbedded(List.of("gw", name, "creditsNew"), 0L);
  }

  private static long amounts(Document holds) {
    return holds.values().stream().mapToLong(hold -> ((Document) hold).getLong("n")).sum();
  }

  private static Set<String> idsOf(List<Document> rows) {
    Set<String> ids = new HashSet<>();
    rows.forEach(row -> ids.add(row.getString("_id")));
    return ids;
  }
}
