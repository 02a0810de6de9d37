package xyz.trollllm.billing.mongo;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The MongoDB that this JVM's tests run on, chosen once: the one that {@code TEST_MONGODB_URI}
 * names; else a {@code mongod} of this machine; else none, and every test has an embedded store.
 *
 * @param uri null if there is none
 */
public record TestServer(@Nullable String uri, String why) {
  /** As {@code TEST_MONGODB_URI}, leaves a {@code mongod} of this machine alone. */
  private static final String EMBEDDED = "embedded";

  private static final class Chosen {
    static final TestServer SERVER = choose(System.getenv());

    static {
      String where = SERVER.uri == null ? "an embedded store each" : "a MongoDB";
      System.out.println("tests of the store run on " + where + ": " + SERVER.why);
    }
  }

  public static TestServer get() {
    return Chosen.SERVER;
  }

  static TestServer choose(Map<String, String> environment) {
    String named = environment.getOrDefault("TEST_MONGODB_URI", "");
    if (named.equals(EMBEDDED)) {
      return new TestServer(null, "TEST_MONGODB_URI says so");
    }
    if (!named.isBlank()) {
      return new TestServer(named, "TEST_MONGODB_URI names it");
    }
    Optional<Path> program = MongodProgram.find(environment);
    if (program.isEmpty()) {
      return new TestServer(
          null, "TEST_MONGODB_URI is not set, and this machine has no mongod on its PATH");
    }
    try {
      MongodProcess process = MongodProcess.start(program.get());
      Runtime.getRuntime().addShutdownHook(new Thread(process::close, "mongod-of-tests"));
      return new TestServer(process.uri(), "replica set of one node, " + program.get());
    } catch (RuntimeException e) {
      return new TestServer(null, program.get() + " could not be used: " + e.getMessage());
    }
  }
}
