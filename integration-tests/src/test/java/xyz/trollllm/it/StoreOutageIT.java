package xyz.trollllm.it;

import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.it.Eventually.eventually;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import xyz.trollllm.config.Api;
import xyz.trollllm.server.standin.Gate;

/** While the store is gone nothing is lost, nobody hangs, and afterwards the books are exact. */
final class StoreOutageIT {
  private static final int STREAMS = 6;
  private static final String END = "\r\n0\r\n\r\n";

  /** Lines on standard error while the store is away: what is said is said once. */
  private static final int MOST_LINES = 30;

  @RegisterExtension final OutageRig rig = new OutageRig();

  private final Gate first = new Gate();
  private final Gate during = new Gate();
  private final Gate afterwards = new Gate();

  @ParameterizedTest
  @EnumSource
  @DisplayName("R4: an outage of the store cuts no stream, hangs no request and moves no money")
  void outageIsSurvived(Outage outage) throws Exception {
    RunningGateway chat = rig.start(RunningGateway.CHAT);
    RunningGateway chat2 = rig.start(RunningGateway.CHAT2);
    List<RunningGateway> both = List.of(chat, chat2);
    Store.User user = rig.store().newUser(100, 100);
    rig.holdStreams(first, Map.of("during", during, "afterwards", afterwards));
    List<RawClient> endingDuring = openStreams(both, user, "during", STREAMS);
    List<RawClient> endingAfterwards = openStreams(both, user, "afterwards", STREAMS);
    int linesBefore = lines(both);
    try (Load load = new Load(both)) {
      eventually(() -> load.count(200) > 20, () -> "no load: " + load.counts);

      rig.begin(outage);
      Instant end = Instant.now().plus(outage.length());
      both.forEach(gateway -> rig.awaitReady(gateway, 503, "\"reason\":\"store\""));
      both.forEach(this::assertRefusals);
      assertKnownAndUnknown(chat, user);
      first.open();
      for (RawClient client : all(endingDuring, endingAfterwards)) {
        client.readUntil("data: ", 5);
      }
      during.open();
      for (RawClient client : endingDuring) {
        assertThat(client.readUntil(END)).contains("message_stop");
        client.close();
      }
      int refusedBefore = load.count(503);
      eventually(() -> load.count(503) > refusedBefore + 20, () -> "requests hang");
      awaitPassing(end);
      both.forEach(gateway -> rig.awaitReady(gateway, 503, "\"reason\":\"store\""));

      rig.end(outage);
      both.forEach(gateway -> rig.awaitReady(gateway, 200, "\"ready\":true"));
      int servedBefore = load.count(200);
      eventually(() -> load.count(200) > servedBefore + 20, () -> "no requests are served again");
    } finally {
      afterwards.open();
    }
    for (RawClient client : endingAfterwards) {
      assertThat(client.readUntil(END)).contains("message_stop");
      client.close();
    }
    rig.assertBooks();
    assertThat(lines(both) - linesBefore).as("lines of diagnostics").isLessThan(2 * MOST_LINES);
    for (RunningGateway gateway : both) {
      String said = String.join("\n", gateway.diagnostics());
      assertThat(said).containsOnlyOnce("the store does not answer (").doesNotContain("OutOfMem");
      assertThat(said).containsOnlyOnce("the store answers again, after");
    }
  }

  private static int lines(List<RunningGateway> gateways) {
    return gateways.stream().mapToInt(gateway -> gateway.diagnostics().size()).sum();
  }

  /** Streams whose clients have seen three events, the rest being held back. */
  private static List<RawClient> openStreams(
      List<RunningGateway> gateways, Store.User user, String agent, int each) throws IOException {
    List<RawClient> clients = new ArrayList<>();
    String body = Ask.streamed(Ask.words(Ask.HAIKU, 60));
    String stream =
        RawClient.post(Api.ANTHROPIC_MESSAGES, user.key(), body)
            .replace("\r\nhost", "\r\nuser-agent: " + agent + "\r\nhost");
    for (RunningGateway gateway : gateways) {
      for (int i = 0; i < each; i++) {
        RawClient client = new RawClient(gateway);
        clients.add(client);
        client.send(stream);
      }
    }
    for (RawClient client : clients) {
      client.readUntil("data: ", 3);
    }
    return clients;
  }

  private static List<RawClient> all(List<RawClient> some, List<RawClient> more) {
    List<RawClient> all = new ArrayList<>(some);
    all.addAll(more);
    return all;
  }

  /** Waits as long as the store is to be away, under load all the while. */
  private static void awaitPassing(Instant end) {
    while (Instant.now().isBefore(end)) {
      LockSupport.parkNanos(50_000_000);
    }
  }

  /** The refusal of both APIs, in their words. */
  private void assertRefusals(RunningGateway gateway) {
    assertThat(rig.ops(gateway, "/health").statusCode()).isEqualTo(200);
    assertThat(OutageRig.get(gateway.url().resolve("/health")).statusCode()).isEqualTo(200);
    String stranger = "sk-troll-stranger";
    for (Api api : List.of(Api.ANTHROPIC_MESSAGES, Api.OPENAI_CHAT)) {
      HttpResponse<String> refused = post(gateway, api, stranger);
      assertThat(refused.statusCode()).as(refused.body()).isEqualTo(503);
      assertThat(refused.headers().firstValue("retry-after")).contains("2");
      JsonNode error = Http.json(refused).path("error");
      assertThat(error.path("code").stringValue()).isEqualTo("accounts_unavailable");
      assertThat(error.path("type").stringValue())
          .isEqualTo(api == Api.OPENAI_CHAT ? "server_error" : "api_error");
    }
  }

  /** What needs no store is answered to a key that was seen before; what does is not. */
  private static void assertKnownAndUnknown(RunningGateway gateway, Store.User user)
      throws IOException, InterruptedException {
    assertThat(Http.get(gateway, "/v1/models", user.key()).statusCode()).isEqualTo(200);
    HttpResponse<String> account = Http.get(gateway, "/v1/me", user.key());
    assertThat(account.statusCode()).isEqualTo(503);
    assertThat(account.body()).contains("history_unavailable");
    assertThat(Http.get(gateway, "/v1/models", "sk-nobody").statusCode()).isEqualTo(503);
  }

  private static HttpResponse<String> post(RunningGateway gateway, Api api, String key) {
    try {
      return Http.post(gateway, api, key, Ask.answer(Ask.HAIKU));
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Users who ask again and again, whatever they are told. */
  private final class Load implements AutoCloseable {
    private static final int USERS = 4;

    private final AtomicBoolean over = new AtomicBoolean();
    private final Map<Integer, AtomicInteger> counts =
        Map.of(200, new AtomicInteger(), 503, new AtomicInteger(), 0, new AtomicInteger());
    private final Set<String> others = new ConcurrentSkipListSet<>();
    private final List<Thread> threads = new ArrayList<>();

    Load(List<RunningGateway> gateways) {
      for (int i = 0; i < USERS; i++) {
        Store.User user = rig.store().newUser(100, 100);
        RunningGateway gateway = gateways.get(i % gateways.size());
        threads.add(Threads.start(() -> askOnAndOn(gateway, user.key())));
      }
    }

    private void askOnAndOn(RunningGateway gateway, String key) {
      while (!over.get()) {
        HttpResponse<String> answer = post(gateway, Api.ANTHROPIC_MESSAGES, key);
        AtomicInteger count = counts.get(answer.statusCode());
        if (count == null) {
          others.add(answer.statusCode() + " " + answer.body());
        } else {
          count.incrementAndGet();
        }
        LockSupport.parkNanos(10_000_000);
      }
    }

    int count(int status) {
      assertThat(others).isEmpty();
      return Objects.requireNonNull(counts.get(status)).get();
    }

    @Override
    public void close() {
      over.set(true);
      threads.forEach(StoreOutageIT::join);
      assertThat(new TreeSet<>(others)).isEmpty();
    }
  }

  @Test
  @DisplayName("R4: with a grace, known accounts are served within it and charged once afterwards")
  void graceIsGrantedAndCharged() throws Exception {
    RunningGateway chat =
        rig.start(
            ConfigCopy.of(
                RunningGateway.CHAT,
                config ->
                    config
                        .putObject("store_outage")
                        .put("admit", "grace")
                        .put("grace_usd_per_account", "0.01")));
    Store.User user = rig.store().newUser(100, 100);
    Store.User poor = rig.store().newUser(0.01, 0);
    rig.holdStreams(first, Map.of("during", during));
    assertThat(post(chat, Api.ANTHROPIC_MESSAGES, user.key()).statusCode()).isEqualTo(200);
    assertThat(post(chat, Api.ANTHROPIC_MESSAGES, poor.key()).statusCode()).isEqualTo(402);

    rig.begin(Outage.SWALLOWED);
    rig.awaitReady(chat, 200, "\"degraded\":\"store\"");
    List<RawClient> graced = openStreams(List.of(chat), user, "during", 2);
    HttpResponse<String> above = post(chat, Api.ANTHROPIC_MESSAGES, user.key());
    HttpResponse<String> withoutCredit = post(chat, Api.ANTHROPIC_MESSAGES, poor.key());
    HttpResponse<String> stranger = post(chat, Api.ANTHROPIC_MESSAGES, "sk-troll-stranger");
    first.open();
    during.open();
    for (RawClient client : graced) {
      assertThat(client.readUntil(END)).contains("message_stop");
      client.close();
    }
    HttpResponse<String> again = post(chat, Api.ANTHROPIC_MESSAGES, user.key());
    rig.end(Outage.SWALLOWED);

    rig.awaitReady(chat, 200, "\"ready\":true}");
    assertThat(above.statusCode()).isEqualTo(503);
    assertThat(withoutCredit.statusCode()).isEqualTo(503);
    assertThat(stranger.statusCode()).isEqualTo(503);
    assertThat(again.statusCode()).isEqualTo(200);
    rig.assertBooks();
    assertThat(
            rig.store().records(user).stream()
                .filter(row -> row.getList("flags", String.class).contains("store-outage-grace")))
        .hasSize(graced.size() + 1);
    assertThat(
            chat.requestLog().stream()
                .filter(line -> line.path("flags").toString().contains("store-outage-grace")))
        .hasSize(graced.size() + 1);
  }

  @Test
  @DisplayName(
      "R4: an instance that is stopped while the store is gone ends, and says what it owes")
  void stoppedWhileTheStoreIsGone() throws Exception {
    RunningGateway stopped = rig.start(RunningGateway.CHAT);
    Store.User user = rig.store().newUser(100, 100);
    rig.holdStreams(first, Map.of("during", during));
    List<RawClient> streams = openStreams(List.of(stopped), user, "during", STREAMS);
    Set<String> ids = rig.store().holds(user).keySet();

    rig.begin(Outage.SWALLOWED);
    rig.awaitReady(stopped, 503, "\"reason\":\"store\"");
    stopped.terminate();
    rig.awaitReady(stopped, 503, "\"reason\":\"draining\"");
    first.open();
    during.open();
    for (RawClient client : streams) {
      assertThat(client.readUntil(END)).contains("message_stop");
      client.close();
    }

    assertThat(stopped.exitCode()).isZero();
    assertThat(ids).hasSize(STREAMS);
    assertThat(stopped.diagnostics())
        .filteredOn(line -> line.contains("not settled when the ledger closed"))
        .hasSize(1)
        .allSatisfy(line -> assertThat(line).contains(ids));
    rig.end(Outage.SWALLOWED);
    assertThat(rig.store().holds(user).keySet()).isEqualTo(ids);
  }
}
