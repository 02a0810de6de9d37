package xyz.trollllm.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * Libraries of another language in a process of its own, which ends when its input does: at the
 * latest together with this one.
 */
final class ScriptClient implements ClientUnderTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final long PATIENCE_SECONDS = 180;

  private final Process process;
  private final OutputStream jobs;
  private final BufferedReader reports;
  private final List<String> complaints = new CopyOnWriteArrayList<>();

  private ScriptClient(Process process) {
    this.process = process;
    this.jobs = process.getOutputStream();
    this.reports = reader(process.getInputStream());
    var _ = Threads.start(() -> reader(process.getErrorStream()).lines().forEach(complaints::add));
  }

  static ScriptClient start(List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(command);
    // Nothing but the job may say where requests go.
    builder
        .environment()
        .keySet()
        .removeIf(name -> name.startsWith("ANTHROPIC_") || name.startsWith("OPENAI_"));
    builder.environment().put("NO_PROXY", "127.0.0.1");
    builder.environment().put("no_proxy", "127.0.0.1");
    builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
    try {
      return new ScriptClient(builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static BufferedReader reader(InputStream stream) {
    return new BufferedReader(new InputStreamReader(stream, UTF_8));
  }

  @Override
  public ClientReport run(String library, ClientJob job) {
    try {
      jobs.write((job.json(library) + "\n").getBytes(UTF_8));
      jobs.flush();
    } catch (IOException e) {
      throw new AssertionError("takes no job: " + complaints, e);
    }
    String line =
        CompletableFuture.supplyAsync(this::readLine, Threads::start)
            .completeOnTimeout(null, PATIENCE_SECONDS, TimeUnit.SECONDS)
            .join();
    if (line == null) {
      process.destroyForcibly();
      throw new AssertionError("no report of " + job.scenario() + ": " + complaints);
    }
    return new ClientReport(JSON.readTree(line));
  }

  private @Nullable String readLine() {
    try {
      return reports.readLine();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
