package xyz.trollllm.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.stream.Stream;

/**
 * The client libraries for Node and Python in their pinned versions, in {@code target/clients}.
 * They are installed once a build, all at the same time, from whatever registries npm and pip are
 * configured with.
 */
final class ClientInstall {
  private static final Path SOURCES = Path.of("src", "test", "clients").toAbsolutePath();
  private static final Path TARGET = Path.of("target", "clients").toAbsolutePath();
  private static final Executor THREADS = Thread::startVirtualThread;

  private ClientInstall() {}

  private static final class Node {
    static final CompletableFuture<Path> DONE = start(ClientInstall::installNode);
  }

  private static final class Python {
    static final CompletableFuture<Path> NEWEST = start(() -> installPython("newest"));
    static final CompletableFuture<Path> OLDER = start(() -> installPython("older"));
  }

  private interface Installation {
    Path run() throws IOException;
  }

  /** The command that runs {@code client.mjs}, as soon as its packages are there. */
  static List<String> node() {
    Programs.require("node", "--version");
    Programs.require("npm", "--version");
    startPythonToo();
    return List.of("node", waitFor(Node.DONE).resolve("client.mjs").toString());
  }

  /** The command that runs {@code client.py} with the newest packages, or with older ones. */
  static List<String> python(boolean newest) {
    Programs.require("python3", "-c", "import ensurepip, venv");
    Path python = waitFor(newest ? Python.NEWEST : Python.OLDER);
    return List.of(python.toString(), SOURCES.resolve("python").resolve("client.py").toString());
  }

  /** A start that nobody waits for yet; its trouble is for who will. */
  private static void startPythonToo() {
    CompletableFuture<Path> _ =
        CompletableFuture.supplyAsync(() -> Python.NEWEST, THREADS)
            .thenCompose(installing -> installing);
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
        THREADS);
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
    if (isStale(folder, "node/package-lock.json")) {
      Programs.run(
          folder, List.of("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--force"));
      markInstalled(folder, "node/package-lock.json");
    }
    return folder;
  }

  private static Path installPython(String age) throws IOException {
    Path folder = Files.createDirectories(TARGET.resolve("python-" + age));
    String pins = "python/requirements-" + age + ".txt";
    Path python = folder.resolve("bin").resolve("python");
    if (isStale(folder, pins)) {
      Programs.run(folder, List.of("python3", "-m", "venv", "--clear", folder.toString()));
      Programs.run(
          folder,
          List.of(
              python.toString(),
              "-m",
              "pip",
              "install",
              "--quiet",
              "--disable-pip-version-check",
              "--no-input",
              "--no-deps",
              "-r",
              SOURCES.resolve(pins).toString()));
      markInstalled(folder, pins);
    }
    return python;
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
