package xyz.trollllm.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static xyz.trollllm.it.Eventually.eventually;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** A program that runs until it is told to stop, with what it says. */
final class Daemon implements AutoCloseable {
  private static final int STOP_SECONDS = 20;

  private final Process process;
  private final List<String> output = new CopyOnWriteArrayList<>();
  private final Thread reader;

  private Daemon(Process process) {
    this.process = process;
    this.reader =
        Threads.start(() -> {
          try (BufferedReader lines =
              new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            lines.lines().forEach(output::add);
          } catch (IOException | UncheckedIOException _) {
            // It was killed.
          }
        });
  }

  static Daemon start(Map<String, String> environment, List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    try {
      return new Daemon(builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Lines of both outputs so far. */
  List<String> output() {
    return List.copyOf(output);
  }

  /** Waits for a line that has this in it; fails if the program ends before. */
  void awaitLine(Pattern wanted) {
    eventually(() -> said(wanted) || !process.isAlive(), () -> "no " + wanted + " in " + output);
    if (!said(wanted)) {
      throw new AssertionError("ended without " + wanted + ": " + output);
    }
  }

  private boolean said(Pattern wanted) {
    return output.stream().anyMatch(line -> wanted.matcher(line).find());
  }

  Process process() {
    return process;
  }

  /** Asks it to stop, and waits for its end. */
  int stop() {
    process.toHandle().destroy();
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
      reader.join(TimeUnit.SECONDS.toMillis(1));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    stop();
  }
}
