package xyz.trollllm.billing.mongo;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.MongoCommandException;
import com.mongodb.MongoException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.bson.Document;
import xyz.trollllm.billing.HeldPort;

/**
 * A {@code mongod} in a folder of its own and on a free port, as a replica set of one node; stopped
 * and removed when it is closed.
 */
final class MongodProcess implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration PAUSE = Duration.ofMillis(50);
  private static final int ALREADY_INITIALIZED = 23;
  private static final String SET = "tests";

  private final Process process;
  private final Path folder;
  private final HeldPort port;

  private MongodProcess(Process process, Path folder, HeldPort port) {
    this.process = process;
    this.folder = folder;
    this.port = port;
  }

  /**
   * Starts {@code program} and waits until it is primary.
   *
   * @throws IllegalStateException if it does not become that
   */
  static MongodProcess start(Path program) {
    try {
      Path folder = Files.createTempDirectory("mongod-of-tests");
      HeldPort port = HeldPort.take();
      Process process =
          new ProcessBuilder(
                  program.toString(),
                  "--dbpath",
                  Files.createDirectory(folder.resolve("data")).toString(),
                  "--port",
                  String.valueOf(port.number()),
                  "--bind_ip",
                  "127.0.0.1",
                  "--replSet",
                  SET)
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("log").toFile())
              .start();
      MongodProcess started = new MongodProcess(process, folder, port);
      try {
        started.becomePrimary();
        return started;
      } catch (RuntimeException e) {
        started.close();
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void becomePrimary() {
    MongoClientSettings direct =
        MongoClientSettings.builder()
            .applyConnectionString(
                new ConnectionString(
                    "mongodb://127.0.0.1:" + port.number() + "/?directConnection=true"))
            .applyToClusterSettings(cluster -> cluster.serverSelectionTimeout(1, TimeUnit.SECONDS))
            .build();
    try (MongoClient client = MongoClients.create(direct)) {
      MongoDatabase admin = client.getDatabase("admin");
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (!isPrimary(admin)) {
        if (!process.isAlive() || System.nanoTime() > deadline) {
          throw new IllegalStateException("did not become primary: " + lastWords());
        }
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }

  private boolean isPrimary(MongoDatabase admin) {
    try {
      Document member = new Document("_id", 0).append("host", "127.0.0.1:" + port.number());
      Document set = new Document("_id", SET).append("members", List.of(member));
      admin.runCommand(new Document("replSetInitiate", set));
    } catch (MongoCommandException e) {
      if (e.getErrorCode() != ALREADY_INITIALIZED) {
        throw e;
      }
    } catch (MongoException _) {
      return false; // it does not listen yet
    }
    return Boolean.TRUE.equals(admin.runCommand(new Document("isMaster", 1)).get("ismaster"));
  }

  private String lastWords() {
    try (Stream<String> lines = Files.lines(folder.resolve("log"))) {
      return lines.reduce((_, next) -> next).orElse("it said nothing");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What a driver connects to. */
  String uri() {
    return "mongodb://127.0.0.1:" + port.number() + "/?replicaSet=" + SET;
  }

  /** Where its data and its log are. */
  Path folder() {
    return folder;
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    port.close();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
