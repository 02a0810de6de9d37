package xyz.trollllm.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;

/**
 * Programs beside Java that some tests run. Where one is missing its tests are aborted and counted
 * as such; with {@code -Drequire.programs=true} they fail.
 */
final class Programs {
  private Programs() {}

  /** Ends the test unless this command can be run. */
  static void require(String... command) {
    String trouble = trouble(command);
    if (!trouble.isEmpty()) {
      String message = "needs `" + String.join(" ", command) + "` to run: " + trouble;
      if (Boolean.getBoolean("require.programs")) {
        throw new AssertionError(message);
      }
      Assumptions.abort(message);
    }
  }

  private static String trouble(String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), UTF_8);
      return process.waitFor() == 0 ? "" : output.isBlank() ? "it fails" : output;
    } catch (IOException e) {
      return e.toString();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** How a command ended, and all that it said. */
  record Finished(int exitCode, String output) {}

  /** Runs a command to its end, with these variables added to the environment. */
  static Finished finish(Map<String, String> environment, List<String> command) {
    try {
      ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.environment().putAll(environment);
      Process process = builder.start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), UTF_8);
      return new Finished(process.waitFor(), output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /**
   * Runs a command to its end.
   *
   * @throws AssertionError with all its output, if it fails
   */
  static void run(Path folder, List<String> command) {
    try {
      Process process =
          new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), UTF_8);
      if (process.waitFor() != 0) {
        throw new AssertionError(
            "failed in " + folder + ": " + String.join(" ", command) + "\n" + output);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
