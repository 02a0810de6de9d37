package xyz.trollllm.server.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills a process that hosts a store, at random points, and looks for what it acknowledged. */
final class EmbeddedStoreKillTest {
  private static final int KILLS = Integer.getInteger("embedded.kills", 3);
  private static final int MOST_WRITES_BEFORE_KILL = 2_000;

  @TempDir Path directory;

  private final Set<String> inserted = new HashSet<>();
  private long increments;

  @Test
  void acknowledgedWritesSurviveKilling() throws Exception {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int kill = 1; kill <= KILLS; kill++) {
      runAndKill(1 + random.nextInt(MOST_WRITES_BEFORE_KILL));

      assertNothingIsLost("seed " + seed + ", after kill " + kill, kill * Victim.WRITERS);
    }
  }

  private void runAndKill(int writes) throws IOException, InterruptedException {
    Process victim =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Victim.class.getName(),
                directory.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (BufferedReader acknowledged = victim.inputReader()) {
      for (int i = 0; i < writes; i++) {
        note(Objects.requireNonNull(acknowledged.readLine(), "the process ended by itself"));
      }
      victim.toHandle().destroyForcibly(); // leaves its output to be read
      String line;
      while ((line = acknowledged.readLine()) != null) {
        note(line);
      }
    } finally {
      victim.destroyForcibly().waitFor();
    }
  }

  private void note(String line) {
    if (line.equals("+")) {
      increments++;
    } else if (line.length() == 36) { // else the kill cut it short
      inserted.add(line);
    }
  }

  private void assertNothingIsLost(String when, int unacknowledged) {
    try (EmbeddedStore store = EmbeddedStore.open(directory, 0);
        MongoClient client = MongoClients.create(store.uri())) {
      MongoDatabase database = client.getDatabase("test");
      Set<String> found = new HashSet<>();
      for (Document document : database.getCollection("inserted").find()) {
        found.add(document.getString("_id"));
      }
      Document counter = database.getCollection("counted").find(Victim.COUNTER).first();

      assertThat(found).as(when).containsAll(inserted);
      assertThat(Objects.requireNonNull(counter).getLong("n"))
          .as(when)
          .isBetween(increments, increments + unacknowledged);
    }
  }
}
