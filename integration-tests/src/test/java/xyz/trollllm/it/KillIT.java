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
import org.bson.Document;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import xyz.trollllm.server.standin.StandInUpstream;

/**
 * Kills the built artifact at random moments while users stream, starts it again, and compares what
 * was served with what was charged.
 *
 * <p>{@code -Dkill.points=50 -Dkill.batch=3} runs a longer batch. Points whose results stand in
 * {@code target/kill-results.txt} are not run again.
 */
final class KillIT {
  private static final int POINTS = Integer.getInteger("kill.points", 5);
  private static final int BATCH = Integer.getInteger("kill.batch", 0);
  private static final Path RESULTS = Path.of("target", "kill-results.txt");
  private static final int USERS = 4;
  private static final int CLIENTS_EACH = 3;
  private static final String QUICK_START = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC";
  private static final int MOST_REQUESTS = 60;
  private static final int LONGEST_MILLIS = 300;

  @TempDir Path folder;

  private final List<KillClient.Seen> seen = new ArrayList<>();

  @Test
  @DisplayName("R4: killed at any moment, every answer is charged once and for what was delivered")
  void killedAtRandomMoments() throws Exception {
    List<Integer> points = pointsToRun();
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
        Random random = new Random(31L * BATCH + point);
        loadAndKill(gateway, upstream, users, random);
        if (random.nextInt(5) == 0) {
          killWhileItRecovers(store, upstream, random);
        }
        gateway = start(store, upstream);
        awaitUpkeep(store, users);
        note(point, KillAudit.of(store, upstream, seen));
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

  /** Until everything that was settled stands in the log. */
  private static void awaitUpkeep(Store store, List<Store.User> users) {
    eventually(
        () ->
            users.stream()
                .map(user -> store.document(user).get("gw", new Document()))
                .noneMatch(gw -> gw.getBoolean("dirty", false) || gw.getInteger("n", 0) > 0),
        () -> "not settled: " + users.stream().map(store::holds).toList());
  }

  private static List<Integer> pointsToRun() throws IOException {
    List<String> done =
        BATCH > 0 && Files.exists(RESULTS) ? Files.readAllLines(RESULTS) : List.of();
    List<Integer> points = new ArrayList<>();
    for (int point = 1; point <= POINTS; point++) {
      String name = name(point);
      if (done.stream().noneMatch(line -> line.startsWith(name))) {
        points.add(point);
      }
    }
    return points;
  }

  private static String name(int point) {
    return "batch %d point %d: ".formatted(BATCH, point);
  }

  private static void note(int point, KillAudit.Result result) throws IOException {
    String line =
        name(point)
            + ("%d charged exactly, %d in part, %d free; at most %d words uncounted that a client"
                    + " saw, %d that were sent")
                .formatted(
                    result.exact(),
                    result.cut(),
                    result.free(),
                    result.uncountedWords(),
                    result.unsettledTokens());
    System.out.println(line);
    Files.writeString(RESULTS, line + "\n", CREATE, APPEND);
  }
}
