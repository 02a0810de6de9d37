package xyz.trollllm.it;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import xyz.trollllm.billing.HeldPort;
import xyz.trollllm.server.embedded.EmbeddedStore;

/** A store in a process of its own, which can be frozen, and killed and started again. */
final class StoreProcess implements AutoCloseable {
  private final Path directory;
  private Process process;
  private final HeldPort port = HeldPort.take();

  StoreProcess() {
    try {
      this.directory = Files.createTempDirectory("gateway-it-store");
      this.process = launch();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    awaitListening(process);
  }

  /** What runs in that process: a store in the first argument's folder, at the second's port. */
  public static void main(String[] arguments) throws InterruptedException {
    EmbeddedStore store = EmbeddedStore.open(Path.of(arguments[0]), Integer.parseInt(arguments[1]));
    System.out.println(store.uri());
    Thread.currentThread().join();
  }

  private Process launch() throws IOException {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    return new ProcessBuilder(
            java.toString(),
            "-cp",
            System.getProperty("java.class.path"),
            StoreProcess.class.getName(),
            directory.toString(),
            Integer.toString(port.number()))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static void awaitListening(Process started) {
    CompletableFuture<String> uri = new CompletableFuture<>();
    Threads.start(() -> {
      try {
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(started.getInputStream(), StandardCharsets.UTF_8));
        uri.complete(String.valueOf(lines.readLine()));
      } catch (IOException e) {
        uri.completeExceptionally(e);
      }
    });
    uri.orTimeout(60, TimeUnit.SECONDS).join();
  }

  int port() {
    return port.number();
  }

  /** Where it keeps everything. */
  Path directory() {
    return directory;
  }

  void freeze() {
    signal("STOP");
  }

  void thaw() {
    signal("CONT");
  }

  private void signal(String name) {
    try {
      String pid = Long.toString(process.pid());
      int exit = new ProcessBuilder("kill", "-" + name, pid).inheritIO().start().waitFor();
      if (exit != 0) {
        throw new AssertionError("kill -" + name + " ended with " + exit);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Ends the process without a warning. */
  void kill() {
    process.toHandle().destroyForcibly();
    process.onExit().orTimeout(60, TimeUnit.SECONDS).join();
  }

  /** A new process takes over where the killed one stopped. */
  void restart() {
    try {
      process = launch();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    awaitListening(process);
  }

  @Override
  public void close() {
    kill();
    port.close();
  }
}
