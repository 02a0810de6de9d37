package xyz.trollllm.it;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.it.Eventually.eventually;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.bson.Document;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import xyz.trollllm.server.standin.StandInUpstream;

/**
 * Kills the built artifact at random moments while users stream, starts it again, and compares what
 * was served with what was charged.
 *
 * <p>{@code -Dkill.points=50 -Dkill.batch=3,4} runs longer batches. Points whose results stand in
 * {@code target/kill-results-3.txt} are not run again. Batches share nothing, so that several may
 * run at once.
 */
final class KillIT {
  private static final int POINTS = Integer.getInteger("kill.points", 5);
  private static final String BATCHES = System.getProperty("kill.batch", "0");
  private static final int USERS = 4;
  private static final int CLIENTS_EACH = 3;
  private static final String QUICK_START = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC";
  private static final int MOST_REQUESTS = 60;
  private static final int LONGEST_MILLIS = 300;

  @TempDir Path folder;

  private final List<KillClient.Seen> seen = new ArrayList<>();

  static List<Integer> batches() {
    return Stream.of(BATCHES.split(",")).map(Integer::valueOf).toList();
  }

  @ParameterizedTest
  @MethodSource("batches")
  @Execution(ExecutionMode.CONCURRENT)
  @DisplayName("R4: killed at any moment, every answer is charged once and for what was delivered")
  void killedAtRandomMoments(int batch) throws Exception {
    List<Integer> points = pointsToRun(batch);
    if (points.isEmpty()) {
      return;
    }
    try (Store store = Store.start();
        StandInUpstream upstream =
            StandInUpstream.builder().script(new WordUpstream()).ioThreads(1).start()) {
      List<Store.User> users = new ArrayList<>();
      for (int i = 0; i < USERS; i++) {
        users.add(store.newUser(0, 1_000));
      }
      RunningGateway gateway = start(store, upstream);
      for (int point : points) {
        Random random = new Random(31L * batch + point);
        loadAndKill(gateway, upstream, users, random);
        if (random.nextInt(5) == 0) {
          killWhileItRecovers(store, upstream, random);
        }
        gateway = start(store, upstream);
        awaitUpkeep(store, users);
        note(batch, point, KillAudit.of(store, upstream, seen));
      }
      gateway.close();
      assertThat(gateway.exitCode()).isZero();
    }
  }

  private RunningGateway start(Store store, StandInUpstream upstream) {
    return RunningGateway.start(RunningGateway.CHAT, store, environment(upstream));
  }

  private Map<String, String> environment(StandInUpstream upstream) {
    Map<String, String> environment = new HashMap<>(RunningGateway.environment(upstream));
    environment.put("JOURNAL_DIRECTORY", folder.resolve("journal").toString());
    environment.put("JAVA_TOOL_OPTIONS", QUICK_START);
    return environment;
  }

  private void loadAndKill(
      RunningGateway gateway, StandInUpstream upstream, List<Store.User> users, Random random)
      throws InterruptedException {
    int enough = upstream.served().size() + random.nextInt(1, MOST_REQUESTS);
    List<KillClient> clients = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (Store.User user : users) {
      for (int i = 0; i < CLIENTS_EACH; i++) {
        KillClient client = new KillClient(gateway, user, new Random(random.nextLong()));
        clients.add(client);
        threads.add(Threads.start(client));
      }
    }
    eventually(() -> upstream.served().size() >= enough, () -> "not enough is served");
    pause(random.nextInt(LONGEST_MILLIS));
    gateway.kill();
    assertThat(gateway.exitCode()).isNotZero();
    for (Thread thread : threads) {
      thread.join();
    }
    clients.forEach(client -> seen.addAll(client.seen()));
  }

  private void killWhileItRecovers(Store store, StandInUpstream upstream, Random random)
      throws InterruptedException {
    RunningGateway recovering =
        RunningGateway.launch(RunningGateway.CHAT, store, environment(upstream));
    pause(random.nextInt(200, 2_500));
    recovering.kill();
    assertThat(recovering.exitCode()).isNotZero();
  }

  private static void pause(int millis) {
    long end = System.nanoTime() + Duration.ofMillis(millis).toNanos();
    for (long rest = end - System.nanoTime(); rest > 0; rest = end - System.nanoTime()) {
      LockSupport.parkNanos(rest);
    }
  }

  /**
   * Until nothing is held and everything that was settled stands in the log. Ids of settled
   * requests stay in the documents for seconds longer, against stragglers; the audit knows them.
   */
  private static void awaitUpkeep(Store store, List<Store.User> users) {
    eventually(
        () ->
            users.stream()
                .map(user -> store.document(user).get("gw", new Document()))
                .noneMatch(gw -> gw.getInteger("n", 0) > 0 || hasUnloggedRows(gw)),
        () -> "not settled: " + users.stream().map(store::holds).toList());
  }

  private static boolean hasUnloggedRows(Document gw) {
    return gw.get("out", new Document()).values().stream()
        .anyMatch(entry -> ((Document) entry).containsKey("row"));
  }

  private static List<Integer> pointsToRun(int batch) throws IOException {
    List<String> done =
        batch > 0 && Files.exists(results(batch)) ? Files.readAllLines(results(batch)) : List.of();
    List<Integer> points = new ArrayList<>();
    for (int point = 1; point <= POINTS; point++) {
      String name = name(batch, point);
      if (done.stream().noneMatch(line -> line.startsWith(name))) {
        points.add(point);
      }
    }
    return points;
  }

  private static Path results(int batch) {
    return Path.of("target", "kill-results-" + batch + ".txt");
  }

  private static String name(int batch, int point) {
    return "batch %d point %d: ".formatted(batch, point);
  }

  private static void note(int batch, int point, KillAudit.Result result) throws IOException {
    String line =
        name(batch, point)
            + ("%d charged exactly, %d in part, %d free; at most %d words uncounted that a client"
                    + " saw, %d that were sent")
                .formatted(
                    result.exact(),
                    result.cut(),
                    result.free(),
                    result.uncountedWords(),
                    result.unsettledTokens());
    System.out.println(line);
    Files.writeString(results(batch), line + "\n", CREATE, APPEND);
  }
}
