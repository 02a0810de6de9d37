package xyz.trollllm.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static xyz.trollllm.server.RawClient.post;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import xyz.trollllm.billing.Basis;
import xyz.trollllm.billing.Settlement;
import xyz.trollllm.billing.Settlement.Outcome;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.proxy.admission.Account;
import xyz.trollllm.server.standin.Behaviour;
import xyz.trollllm.server.standin.Delivery;
import xyz.trollllm.server.standin.Gate;
import xyz.trollllm.server.standin.Script;
import xyz.trollllm.server.standin.Served;

final class GatewayServerTest {
  private static final String MESSAGE =
      "{\"model\":\"claude-sonnet-4-5\",\"max_tokens\":50,"
          + "\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";
  private static final String STREAM = MESSAGE.replace("{\"model", "{\"stream\":true,\"model");

  private ServerFixture fixture;

  @BeforeEach
  void start() {
    fixture = new ServerFixture();
  }

  @AfterEach
  void nothingStaysHeld() {
    await().untilAsserted(() -> assertThat(fixture.held()).isEqualTo(Usd.ZERO));
    fixture.close();
  }

  @Test
  void eventsReachTheClientOneByOne() throws Exception {
    Gate second = new Gate();
    upstreamDelivers(Delivery.IMMEDIATE.holdingEvent(2, second));
    try (RawClient client = fixture.connect()) {
      String first = client.send(post(STREAM)).readUntil("message_start\"", 1);
      assertThat(first).doesNotContain("message_stop");

      second.open();

      assertThat(client.readUntil("0\r\n\r\n", 1)).contains("message_stop");
    }
    await().until(() -> fixture.ledger.records().size() == 1);
    assertThat(fixture.ledger.records().getFirst().outcome()).isEqualTo(Outcome.OK);
  }

  @Test
  void clientThatLeavesASilentStreamIsNoticed() throws Exception {
    upstreamDelivers(Delivery.IMMEDIATE.hangingBeforeEvent(6));
    try (RawClient client = fixture.connect()) {
      client.send(post(STREAM)).readUntil("text_delta", 1);
    }

    await().until(() -> fixture.ledger.records().size() == 1);

    assertThat(fixture.ledger.records().getFirst().outcome()).isEqualTo(Outcome.CANCELLED);
    assertThat(fixture.ledger.records().getFirst().charge()).isGreaterThan(Usd.ZERO);
    await().until(() -> fixture.upstream.served().getFirst().state() == Served.State.ABANDONED);
  }

  @Test
  void clientThatLeavesBeforeTheAnswerIsNoticed() throws Exception {
    fixture.upstream.follow(Script.always(new Behaviour.Hangs()));
    try (RawClient client = fixture.connect()) {
      client.send(post(MESSAGE));
      await().until(() -> fixture.upstream.served().size() == 1);
    }

    await().until(() -> fixture.ledger.records().size() == 1);

    assertThat(fixture.ledger.records().getFirst().charge()).isEqualTo(Usd.ZERO);
    assertThat(fixture.log.getFirst().status()).isEqualTo(499);
  }

  @Test
  void connectionServesOneRequestAfterTheOther() throws Exception {
    try (RawClient client = fixture.connect()) {
      for (int i = 1; i <= 5; i++) {
        client.send(post(MESSAGE)).readUntil("\"output_tokens\"", i);
      }
    }
    await().until(() -> fixture.ledger.records().size() == 5);
  }

  @Test
  void pipelinedRequestsAreAllAnswered() throws Exception {
    try (RawClient client = fixture.connect()) {
      client.send(post(STREAM) + post(STREAM) + post(MESSAGE));

      client.readUntil("HTTP/1.1 200", 3);
    }
    await().until(() -> fixture.ledger.records().size() == 3);
  }

  @Test
  void requestThatComesInPartsDuringAnAnswerStaysInOrder() throws Exception {
    Gate second = new Gate();
    upstreamDelivers(Delivery.IMMEDIATE.holdingEvent(2, second));
    String next = post(MESSAGE);
    try (RawClient client = fixture.connect()) {
      client.send(post(STREAM) + next.substring(0, 20)).readUntil("message_start\"", 1);
      client.send(next.substring(20));
      second.open();

      client.readUntil("HTTP/1.1 200", 2);
    }
    await().until(() -> fixture.ledger.records().size() == 2);
  }

  @Test
  void everyCallIsSettledWhenAShutdownLosesPatience() throws Exception {
    try (ServerFixture hasty = new ServerFixture(Duration.ofMillis(50))) {
      hasty.upstream.follow(
          Script.always(new Behaviour.Answers(Delivery.IMMEDIATE.hangingBeforeEvent(6))));
      RawClient[] clients = new RawClient[100];
      for (int i = 0; i < clients.length; i++) {
        clients[i] = hasty.connect().send(post(STREAM));
      }
      for (RawClient client : clients) {
        client.readUntil("text_delta", 1);
      }

      hasty.server.close();

      assertThat(hasty.ledger.records()).hasSize(clients.length);
      assertThat(hasty.held()).isEqualTo(Usd.ZERO);
      for (RawClient client : clients) {
        client.close();
      }
    }
  }

  @Test
  void answerIsReadOnAfterItsClientLeft() throws Exception {
    try (ServerFixture draining = ServerFixture.draining(60, Duration.ofSeconds(25))) {
      Gate rest = new Gate();
      draining.upstream.follow(
          Script.always(new Behaviour.Answers(Delivery.IMMEDIATE.holdingEvent(6, rest))));
      try (RawClient client = draining.connect()) {
        client.send(post(STREAM)).readUntil("text_delta", 1);
      }
      await().until(() -> draining.server.underWay() == 1);

      rest.open();

      await().until(() -> draining.ledger.records().size() == 1);
      Settlement settlement = draining.ledger.records().getFirst();
      assertThat(settlement.outcome()).isEqualTo(Outcome.CANCELLED);
      assertThat(settlement.record().basis()).isEqualTo(Basis.UPSTREAM);
      assertThat(settlement.record().flags()).contains("client-gone", "drained");
      assertThat(draining.upstream.served().getFirst().state()).isEqualTo(Served.State.COMPLETE);
      await().until(() -> draining.server.underWay() == 0);
    }
  }

  @Test
  void shutdownSettlesWhatIsReadOnWithoutAClient() throws Exception {
    try (ServerFixture draining = ServerFixture.draining(3600, Duration.ofMillis(50))) {
      draining.upstream.follow(
          Script.always(new Behaviour.Answers(Delivery.IMMEDIATE.hangingBeforeEvent(6))));
      for (int i = 0; i < 20; i++) {
        try (RawClient client = draining.connect()) {
          client.send(post(STREAM)).readUntil("text_delta", 1);
        }
      }
      await().until(() -> draining.server.underWay() == 20);

      draining.server.close();

      assertThat(draining.ledger.records()).hasSize(20);
      assertThat(draining.held()).isEqualTo(Usd.ZERO);
    }
  }

  @Test
  void requestSentDuringAnAnswerWaitsForItsTurn() throws Exception {
    Gate second = new Gate();
    upstreamDelivers(Delivery.IMMEDIATE.holdingEvent(2, second));
    try (RawClient client = fixture.connect()) {
      client.send(post(STREAM)).readUntil("message_start\"", 1);
      client.send(post(MESSAGE));
      second.open();

      client.readUntil("HTTP/1.1 200", 2);
    }
    await().until(() -> fixture.ledger.records().size() == 2);
  }

  @Test
  void announcedBodyBeyondTheLimitIsRefusedUnread() throws Exception {
    try (RawClient client = fixture.connect()) {
      client.send(
          "POST /v1/messages HTTP/1.1\r\nhost: gateway\r\nx-api-key: sk-alice\r\n"
              + "content-length: 99999999\r\n\r\n");

      assertThat(client.readUntil("request_id", 1))
          .startsWith("HTTP/1.1 413")
          .contains("request_too_large");
    }
  }

  @Test
  void bodyBeyondTheLimitMayBeSentToItsEnd() throws Exception {
    String body = " ".repeat(8 << 20);
    try (RawClient client = fixture.connect()) {
      client.send(post(body));

      assertThat(client.readUntil("request_id", 1)).startsWith("HTTP/1.1 413");
      assertThat(client.send(post(MESSAGE)).readUntil("\"output_tokens\"", 1)).contains("200");
    }
    await().until(() -> fixture.ledger.records().size() == 1);
  }

  @Test
  void chunkedBodyBeyondTheLimitIsRefused() throws Exception {
    String chunk = "10000\r\n" + "x".repeat(0x10000) + "\r\n";
    try (RawClient client = fixture.connect()) {
      client.send(
          "POST /v1/messages HTTP/1.1\r\nhost: gateway\r\nx-api-key: sk-alice\r\n"
              + "transfer-encoding: chunked\r\n\r\n"
              + chunk.repeat(17));

      assertThat(client.readUntil("request_too_large", 1)).startsWith("HTTP/1.1 413");
    }
  }

  @Test
  void clientThatAsksBeforeItSendsIsToldToGoOn() throws Exception {
    String request = post(MESSAGE, "expect", "100-continue");
    int body = request.indexOf("\r\n\r\n") + 4;
    try (RawClient client = fixture.connect()) {
      client.send(request.substring(0, body)).readUntil("HTTP/1.1 100 Continue", 1);
      client.send(request.substring(body));

      assertThat(client.readUntil("\"output_tokens\"", 1)).contains("HTTP/1.1 200");
    }
  }

  @Test
  void slowStoreDelaysNobodyElse() throws Exception {
    CountDownLatch answer = new CountDownLatch(1);
    CountDownLatch asked = new CountDownLatch(64);
    try (ServerFixture slow =
        new ServerFixture(key -> {
          if (key.value().startsWith("sk-slow")) {
            asked.countDown();
            awaitQuietly(answer);
          }
          return Optional.of(new Account("alice", true));
        })) {
      RawClient[] waiting = new RawClient[64];
      for (int i = 0; i < waiting.length; i++) {
        waiting[i] = slow.connect().send(post(MESSAGE).replace("sk-alice", "sk-slow" + i));
      }
      asked.await();

      try (RawClient client = slow.connect()) {
        assertThat(client.send(post(MESSAGE)).readUntil("\"output_tokens\"", 1)).contains("200");
      }

      answer.countDown();
      for (RawClient client : waiting) {
        client.readUntil("\"output_tokens\"", 1);
        client.close();
      }
      await().until(() -> slow.ledger.records().size() == 65);
    }
  }

  @Test
  void operatorsSeeHealthAndReadiness() throws Exception {
    try (RawClient ops = new RawClient(fixture.server.opsPort());
        RawClient client = fixture.connect()) {
      ops.send("GET /ready HTTP/1.1\r\nhost: x\r\n\r\n");
      client.send("GET /health HTTP/1.1\r\nhost: x\r\n\r\n");

      assertThat(ops.readUntil("}", 1)).contains("200", "\"ready\":true");
      assertThat(client.readUntil("}", 1)).contains("200", "\"instance\":\"test\"");
    }
  }

  @Test
  void operatorsSeeWhyRequestsAreRefusedOrServedOnGrace() throws Exception {
    Instant since = Instant.parse("2026-11-23T05:00:00Z");
    try (RawClient ops = new RawClient(fixture.server.opsPort())) {
      fixture.trouble = new Readiness.Trouble("store", since, true, 7);
      ops.send("GET /ready HTTP/1.1\r\nhost: x\r\n\r\n");
      assertThat(ops.readUntil("}", 1))
          .contains("503", "\"ready\":false,\"reason\":\"store\"", "\"unsettled\":7");
      fixture.trouble = new Readiness.Trouble("store", since, false, 7);
      ops.send("GET /ready HTTP/1.1\r\nhost: x\r\n\r\n");
      assertThat(ops.readUntil("}", 2))
          .contains("200", "\"ready\":true,\"degraded\":\"store\",\"since\":\"" + since);
    }
  }

  @Test
  void shutdownWaitsForTheAnswerUnderWay() throws Exception {
    Gate second = new Gate();
    upstreamDelivers(Delivery.IMMEDIATE.holdingEvent(2, second));
    try (RawClient client = fixture.connect();
        RawClient late = fixture.connect();
        RawClient lateAndLarge = fixture.connect()) {
      client.send(post(STREAM)).readUntil("message_start\"", 1);

      CompletableFuture<Void> closed = CompletableFuture.runAsync(fixture.server::close);
      await()
          .until(() -> {
            try (RawClient ops = new RawClient(fixture.server.opsPort())) {
              return ops.send("GET /ready HTTP/1.1\r\nhost: x\r\n\r\n")
                  .readUntil("}", 1)
                  .contains("503");
            }
          });
      assertThat(late.send(post(MESSAGE)).readToEnd()).startsWith("HTTP/1.1 503");
      lateAndLarge.send(post(" ".repeat(1_000_000)));
      assertThat(lateAndLarge.readToEnd()).startsWith("HTTP/1.1 503").contains("shutting_down");
      second.open();

      assertThat(client.readUntil("message_stop", 1)).contains("message_stop");
      closed.join();
    }
  }

  private void upstreamDelivers(Delivery delivery) {
    fixture.upstream.follow(Script.inOrder(new Behaviour.Answers(delivery)));
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
