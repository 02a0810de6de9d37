package xyz.trollllm.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;

/**
 * The client libraries for Node and Python in their pinned versions, in {@code target/clients}.
 * They are installed once a build, all at the same time, from whatever registries npm and pip are
 * configured with.
 */
final class ClientInstall {
  private static final Path SOURCES = Path.of("src", "test", "clients").toAbsolutePath();
  private static final Path TARGET = Path.of("target", "clients").toAbsolutePath();

  private static final CompletableFuture<Path> NODE = start(ClientInstall::installNode);
  private static final CompletableFuture<Path> NEWEST = start(() -> installPython("newest"));
  private static final CompletableFuture<Path> OLDER = start(() -> installPython("older"));

  private ClientInstall() {}

  private interface Installation {
    Path run() throws IOException;
  }

  /** The command that runs {@code client.mjs}, as soon as its packages are there. */
  static List<String> node() {
    return List.of("node", waitFor(NODE).resolve("client.mjs").toString());
  }

  /** The command that runs {@code client.py} with the newest packages. */
  static List<String> newestPython() {
    return python(NEWEST);
  }

  /** The command that runs {@code client.py} with older packages, and LiteLLM. */
  static List<String> olderPython() {
    return python(OLDER);
  }

  private static List<String> python(CompletableFuture<Path> installing) {
    String script = SOURCES.resolve("python").resolve("client.py").toString();
    return List.of(waitFor(installing).toString(), script);
  }

  private static CompletableFuture<Path> start(Installation installation) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return installation.run();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        Threads::start);
  }

  private static Path waitFor(CompletableFuture<Path> installing) {
    try {
      return installing.join();
    } catch (CompletionException e) {
      throw new AssertionError("client libraries could not be installed: " + e.getCause(), e);
    }
  }

  private static Path installNode() throws IOException {
    Path folder = Files.createDirectories(TARGET.resolve("node"));
    // Scripts find packages in folders above their own only.
    try (Stream<Path> files = Files.list(SOURCES.resolve("node"))) {
      for (Path file : files.toList()) {
        Files.write(folder.resolve(file.getFileName()), Files.readAllBytes(file));
      }
    }
    String pins = "node/package-lock.json";
    if (isStale(folder, pins)) {
      Programs.run(folder, List.of("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"));
      markInstalled(folder, pins);
    }
    return folder;
  }

  private static Path installPython(String age) throws IOException {
    Path folder = Files.createDirectories(TARGET.resolve("python-" + age));
    String pins = "python/requirements-" + age + ".txt";
    String python = folder.resolve("bin").resolve("python").toString();
    if (isStale(folder, pins)) {
      Programs.run(folder, List.of("python3", "-m", "venv", "--clear", folder.toString()));
      String options = "-m pip install --quiet --disable-pip-version-check --no-input --no-deps -r";
      Programs.run(
          folder,
          Stream.of(
                  Stream.of(python),
                  Stream.of(options.split(" ", -1)),
                  Stream.of(SOURCES.resolve(pins).toString()))
              .flatMap(words -> words)
              .toList());
      markInstalled(folder, pins);
    }
    return Path.of(python);
  }

  /** Whether other versions than these are installed, or none. */
  private static boolean isStale(Path folder, String pins) throws IOException {
    Path installed = folder.resolve("installed");
    return !Files.exists(installed) || Files.mismatch(installed, SOURCES.resolve(pins)) >= 0;
  }

  private static void markInstalled(Path folder, String pins) throws IOException {
    Files.write(folder.resolve("installed"), Files.readAllBytes(SOURCES.resolve(pins)));
  }
}
