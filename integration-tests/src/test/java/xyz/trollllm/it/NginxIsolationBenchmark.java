package xyz.trollllm.it;

import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.it.Eventually.eventually;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import xyz.trollllm.billing.HeldPort;
import xyz.trollllm.server.standin.StandInUpstream;

/**
 * How long chat takes to answer while something is the matter with chat2, behind one nginx, against
 * how long it takes right before, while nothing is. That nothing is the matter is measured against
 * itself, too: so much is noise.
 *
 * <p>{@code -Dit.test=NginxIsolationBenchmark}; {@code -Dbenchmark.rounds=10} makes it longer.
 */
final class NginxIsolationBenchmark {
  private static final int ROUNDS = Integer.getInteger("benchmark.rounds", 5);
  private static final int REQUESTS = 300;
  private static final int WARM_UP = 300;
  private static final int WAITING = 200;
  private static final int ASKED_EVERY_MILLIS = 100;

  private final NameServer names =
      NameServer.start()
          .with(Nginx.CHAT_SERVICE, "127.0.0.1")
          .with(Nginx.CHAT2_SERVICE, "127.0.0.1");
  private final Store store = Store.start();
  private final Store.User userOfChat = store.newUser(0, 10_000);
  private final Store.User userOfChat2 = store.newUser(10_000, 0);
  private final StandInUpstream upstream = StandInUpstream.start();
  private final TcpProxy wayOfChat2 = new TcpProxy(upstream.url().getPort());
  private final HeldPort portOfChat2 = HeldPort.take();
  private final RunningGateway chat =
      RunningGateway.start(RunningGateway.CHAT, store, RunningGateway.environment(upstream));
  private RunningGateway chat2 = startChat2();
  private final Nginx nginx = Nginx.start(names, chat.url().getPort(), portOfChat2.number());
  private final DomainClient client = DomainClient.of(nginx);
  private final DomainClient others = DomainClient.of(nginx);
  private final AtomicInteger underWay = new AtomicInteger();

  /** What is the matter with chat2. */
  private enum Matter {
    NOTHING,
    STOPPED,
    KILLED,
    HUNG,
    UPSTREAM_SILENT
  }

  /** Of one round, in milliseconds. */
  private record Latency(double median, double p99) {
    static Latency of(List<Long> nanos) {
      List<Long> sorted = new ArrayList<>(nanos);
      Collections.sort(sorted);
      return new Latency(
          sorted.get(sorted.size() / 2) / 1e6, sorted.get(sorted.size() * 99 / 100) / 1e6);
    }
  }

  /** Right before, and while something is the matter. */
  private record Pair(Latency healthy, Latency troubled) {}

  private RunningGateway startChat2() {
    Map<String, String> environment = new HashMap<>(RunningGateway.environment(upstream));
    String url = "http://127.0.0.1:" + wayOfChat2.port();
    environment.put("ENDPOINT_OPENHANDS_ANTHROPIC_URL", url + "/v1/messages");
    environment.put("ENDPOINT_OPENHANDS_OPENAI_URL", url + "/v1/chat/completions");
    environment.put("PORT", Integer.toString(portOfChat2.number()));
    return RunningGateway.start(RunningGateway.CHAT2, store, environment);
  }

  @AfterEach
  void end() {
    nginx.close();
    chat.close();
    chat2.close();
    wayOfChat2.close();
    portOfChat2.close();
    upstream.close();
    store.close();
    names.close();
  }

  @Test
  void latencyOfOneWhileTheOtherIsInTrouble() throws Exception {
    Map<Matter, List<Pair>> measured = new EnumMap<>(Matter.class);
    ask(Nginx.CHAT, WARM_UP);
    ask(Nginx.CHAT2, WARM_UP);
    for (int round = 0; round < ROUNDS; round++) {
      for (int i = 0; i < Matter.values().length; i++) {
        Matter matter = Matter.values()[(i + round) % Matter.values().length];
        Pair pair = new Pair(measure(Matter.NOTHING), measure(matter));
        measured.computeIfAbsent(matter, _ -> new ArrayList<>()).add(pair);
        System.out.printf(
            "round %d: median %.2f ms, p99 %.2f ms; then, chat2 %s: %.2f ms, %.2f ms%n",
            round + 1,
            pair.healthy().median(),
            pair.healthy().p99(),
            words(matter),
            pair.troubled().median(),
            pair.troubled().p99());
      }
    }
    measured.forEach(NginxIsolationBenchmark::print);
  }

  private Latency measure(Matter matter) throws Exception {
    begin(matter);
    try (ScheduledExecutorService asking = Executors.newSingleThreadScheduledExecutor()) {
      if (matter != Matter.UPSTREAM_SILENT) {
        var _ =
            asking.scheduleAtFixedRate(
                this::askChat2Once, 0, ASKED_EVERY_MILLIS, TimeUnit.MILLISECONDS);
      }
      ask(Nginx.CHAT, REQUESTS / 10);
      return Latency.of(ask(Nginx.CHAT, REQUESTS));
    } finally {
      end(matter);
      eventually(() -> underWay.get() == 0, () -> underWay + " of chat2 are still under way");
    }
  }

  private void begin(Matter matter) throws InterruptedException {
    switch (matter) {
      case NOTHING -> {}
      case STOPPED -> {
        chat2.terminate();
        assertThat(chat2.exitCode()).isZero();
      }
      case KILLED -> {
        chat2.kill();
        chat2.exitCode();
      }
      case HUNG -> signal("STOP");
      case UPSTREAM_SILENT -> {
        wayOfChat2.swallow(true);
        for (int i = 0; i < WAITING; i++) {
          askChat2Once();
        }
        eventually(() -> open() >= WAITING, () -> "only " + open() + " wait");
      }
    }
  }

  /** How many requests of chat2 hold credit. */
  private long open() {
    return store.holds(userOfChat2).size();
  }

  private void end(Matter matter) throws Exception {
    switch (matter) {
      case NOTHING -> {}
      case STOPPED, KILLED -> {
        chat2 = startChat2();
        ask(Nginx.CHAT2, WARM_UP);
      }
      case HUNG -> signal("CONT");
      case UPSTREAM_SILENT -> wayOfChat2.swallow(false);
    }
  }

  private void signal(String name) {
    String pid = Long.toString(chat2.process().pid());
    assertThat(Programs.finish(Map.of(), List.of("kill", "-" + name, pid)).exitCode()).isZero();
  }

  private void askChat2Once() {
    underWay.incrementAndGet();
    Threads.start(() -> {
      try {
        others.post(Nginx.CHAT2, userOfChat2.key(), Ask.answer(Ask.HAIKU));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } finally {
        underWay.decrementAndGet();
      }
    });
  }

  /** Asks one after the other; returns how many nanoseconds each took. */
  private List<Long> ask(String domain, int times) throws IOException {
    Store.User user = domain.equals(Nginx.CHAT) ? userOfChat : userOfChat2;
    List<Long> nanos = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      long begin = System.nanoTime();
      int status = client.post(domain, user.key(), Ask.answer(Ask.HAIKU)).status();
      nanos.add(System.nanoTime() - begin);
      assertThat(status).isEqualTo(200);
    }
    return nanos;
  }

  private static String words(Matter matter) {
    return switch (matter) {
      case NOTHING -> "healthy";
      case STOPPED -> "stopped";
      case KILLED -> "killed";
      case HUNG -> "hung";
      case UPSTREAM_SILENT -> "with %d waiting requests".formatted(WAITING);
    };
  }

  /** A row of a table: middle of all rounds, with the lowest and the highest. */
  private static void print(Matter matter, List<Pair> pairs) {
    System.out.printf(
        "| %s | %.1f ms, %.1f ms | %s | %.1f ms, %.1f ms | %s |%n",
        words(matter),
        middle(pairs.stream().map(pair -> pair.healthy().median()).toList()),
        middle(pairs.stream().map(pair -> pair.troubled().median()).toList()),
        spread(
            pairs.stream()
                .map(pair -> pair.troubled().median() / pair.healthy().median())
                .toList()),
        middle(pairs.stream().map(pair -> pair.healthy().p99()).toList()),
        middle(pairs.stream().map(pair -> pair.troubled().p99()).toList()),
        spread(pairs.stream().map(pair -> pair.troubled().p99() / pair.healthy().p99()).toList()));
  }

  private static double middle(List<Double> values) {
    return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
  }

  private static String spread(List<Double> ratios) {
    return "%.2f (%.2f, %.2f)"
        .formatted(middle(ratios), Collections.min(ratios), Collections.max(ratios));
  }
}
