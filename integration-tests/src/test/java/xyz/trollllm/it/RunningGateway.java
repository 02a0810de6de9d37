package xyz.trollllm.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static xyz.trollllm.it.Eventually.eventually;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import xyz.trollllm.server.standin.StandInUpstream;

/** One instance of the built artifact with a shipped configuration, as a process of its own. */
final class RunningGateway implements AutoCloseable {
  /** The shipped files, by the instance they are for. */
  static final String CHAT = "config-openhands-prod.json";

  static final String CHAT2 = "config-ohmygpt-prod.json";

  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin", "java").toString();
  private static final Path JAR = Path.of(System.getProperty("gateway.jar"));
  private static final Path CONFIGS = Path.of(System.getProperty("gateway.deploy"), "goproxy");
  private static final Pattern LISTENING = Pattern.compile("listening client=(\\d+) ops=(\\d+)");
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int STOP_SECONDS = 40;

  private final Process process;
  private final List<String> output = new CopyOnWriteArrayList<>();
  private final List<String> diagnostics = new CopyOnWriteArrayList<>();

  private final List<Thread> readers;

  private RunningGateway(Process process) {
    this.process = process;
    this.readers =
        List.of(
            read(process.getInputStream(), output::add),
            read(process.getErrorStream(), diagnostics::add));
  }

  /** Starts {@code serve} with a shipped file and waits until it listens. */
  static RunningGateway start(String config, Store store, StandInUpstream upstream) {
    return start(config, store, environment(upstream));
  }

  static RunningGateway start(String config, Store store, Map<String, String> environment) {
    return launch(config, store, environment).awaitListening();
  }

  /** Starts {@code serve} and does not wait. */
  static RunningGateway launch(String config, Store store, Map<String, String> environment) {
    return launch(serve(), store, of(config, environment));
  }

  /** Starts an instance by another command, and waits until it listens. */
  static RunningGateway start(List<String> command, Store store, Map<String, String> environment) {
    return launch(command, store, environment).awaitListening();
  }

  /** Starts {@code backend} with these variables, and waits until it listens. */
  static RunningGateway backend(Map<String, String> environment) {
    return backend(List.of(JAVA, "-jar", JAR.toString(), "backend"), environment);
  }

  /** As the other, by another command. */
  static RunningGateway backend(List<String> command, Map<String, String> environment) {
    Map<String, String> all = new HashMap<>(Map.of("PORT", "0", "OPS_PORT", "0"));
    all.putAll(environment);
    return launch(command, all).awaitListening();
  }

  /** What tells a backend where its two files are. */
  static Map<String, String> backendFiles(Path chat, Path chat2) {
    return Map.of(
        "GOPROXY_OPENHANDS_CONFIG_PATH", chat.toString(),
        "GOPROXY_OHMYGPT_CONFIG_PATH", chat2.toString());
  }

  /** The command that starts an instance. */
  static List<String> serve() {
    return List.of(JAVA, "-jar", JAR.toString(), "serve");
  }

  private static Map<String, String> of(String config, Map<String, String> environment) {
    Map<String, String> all = new HashMap<>();
    all.put("CONFIG_PATH", CONFIGS.resolve(config).toString());
    all.putAll(environment);
    return all;
  }

  private static RunningGateway launch(
      List<String> command, Store store, Map<String, String> environment) {
    Map<String, String> all = new HashMap<>();
    all.put("MONGODB_URI", store.uri());
    all.put("ALLOW_STANDALONE_MONGODB", "true");
    all.put("PORT", "0");
    all.put("OPS_PORT", "0");
    all.put("JOURNAL_DIRECTORY", temporaryDirectory().toString());
    all.putAll(environment);
    return launch(command, all);
  }

  private RunningGateway awaitListening() {
    eventually(
        () -> listening().find() || !process.isAlive(), () -> "does not listen: " + diagnostics);
    if (!listening().find()) {
      throw new AssertionError("ended instead of listening: " + diagnostics);
    }
    return this;
  }

  private static Path temporaryDirectory() {
    try {
      return Files.createTempDirectory("gateway-it-journal");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What makes every endpoint of the shipped files lead to a stand-in. */
  static Map<String, String> environment(StandInUpstream upstream) {
    String url = upstream.url().toString();
    return Map.of(
        "ENDPOINT_OPENHANDS_ANTHROPIC_URL", url + "/v1/messages",
        "ENDPOINT_OPENHANDS_OPENAI_URL", url + "/v1/chat/completions",
        "OPENHANDS_API_KEY", StandInUpstream.KEY);
  }

  /** Runs the artifact with nothing but these variables and arguments. */
  static RunningGateway run(Map<String, String> environment, String... arguments) {
    List<String> command = new ArrayList<>(List.of(JAVA, "-jar", JAR.toString()));
    command.addAll(List.of(arguments));
    return launch(command, environment);
  }

  private static RunningGateway launch(List<String> command, Map<String, String> environment) {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().clear();
    builder.environment().putAll(environment);
    try {
      return new RunningGateway(builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Thread read(InputStream stream, Consumer<String> line) {
    return Threads.start(() -> {
      try (BufferedReader reader = new BufferedReader(new InputStreamReader(stream, UTF_8))) {
        reader.lines().forEach(line);
      } catch (IOException | UncheckedIOException _) {
        // The process was killed.
      }
    });
  }

  private Matcher listening() {
    return LISTENING.matcher(String.join("\n", diagnostics));
  }

  /** Where clients connect. */
  URI url() {
    return local(1);
  }

  /** Where operators connect. */
  URI opsUrl() {
    return local(2);
  }

  private URI local(int port) {
    Matcher matcher = listening();
    if (!matcher.find()) {
      throw new IllegalStateException("does not listen");
    }
    return URI.create("http://127.0.0.1:" + matcher.group(port));
  }

  /** The request log so far. */
  List<JsonNode> requestLog() {
    return output.stream().filter(line -> line.startsWith("{")).map(JSON::readTree).toList();
  }

  /** Lines of standard output so far. */
  List<String> output() {
    return List.copyOf(output);
  }

  /** Lines of standard error so far. */
  List<String> diagnostics() {
    return List.copyOf(diagnostics);
  }

  Process process() {
    return process;
  }

  /** Tells the process to end. {@code Process.destroy} would not listen to it any more. */
  void terminate() {
    process.toHandle().destroy();
  }

  /** Ends the process without a warning. */
  void kill() {
    process.toHandle().destroyForcibly();
  }

  /** Waits for the process to end by itself, and for all that it said. */
  int exitCode() throws InterruptedException {
    if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("does not end: " + diagnostics);
    }
    for (Thread reader : readers) {
      reader.join();
    }
    return process.exitValue();
  }

  /** Asks the process to stop, and insists if it does not. */
  @Override
  public void close() {
    terminate();
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
