package xyz.trollllm.it;

import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.it.Eventually.eventually;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import xyz.trollllm.config.Api;
import xyz.trollllm.server.standin.Behaviour;
import xyz.trollllm.server.standin.Delivery;
import xyz.trollllm.server.standin.Gate;
import xyz.trollllm.server.standin.Script;
import xyz.trollllm.server.standin.StandInUpstream;

/**
 * What the container image holds, put together by the script that the Dockerfile runs, and started
 * as the container starts it: as its user, with its environment and nothing else.
 */
final class ImageIT {
  private static final String DOCKERFILE = read(Nginx.DEPLOY.resolve("Dockerfile"));
  private static final int REQUESTS = 500;

  private static Path image;

  private Store store;
  private StandInUpstream upstream;

  @BeforeAll
  static void build() throws IOException {
    Programs.require("bash", "--version");
    Programs.require("setpriv", "--version");
    image = Files.createTempDirectory("gateway-it-image");
    Files.setPosixFilePermissions(image, PosixFilePermissions.fromString("rwxr-xr-x"));
    Programs.Finished built =
        Programs.finish(
            Map.of("JAVA_HOME", System.getProperty("java.home")),
            List.of(
                Nginx.DEPLOY.resolve("image.sh").toString(),
                image.resolve("app").toString(),
                image.resolve("java").toString()));
    assertThat(built.exitCode()).as(built.output()).isZero();
    System.out.println("image: " + built.output().strip().replaceAll("\\s+", " "));
  }

  @BeforeEach
  void begin() {
    store = Store.start();
    upstream = StandInUpstream.start();
  }

  @AfterEach
  void end() {
    upstream.close();
    store.close();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  @DisplayName("D1: the Dockerfile ships what the script makes, for a user that is not root")
  void dockerfile() {
    assertThat(DOCKERFILE)
        .contains("RUN deploy/image.sh /app /opt/java\n")
        .contains("COPY --from=build /opt/java /opt/java\n")
        .contains("COPY --from=build /app /app\n")
        .contains("USER 10001:10001\n")
        .contains("JOURNAL_DIRECTORY=/app/journal ")
        .contains("ENTRYPOINT [\"/app/gateway\"]\nCMD [\"serve\"]\n")
        .containsPattern("HEALTHCHECK .* CMD \\[\"/app/health\"\\]\n");
  }

  /** Options of the JVM as the image sets them, and no start without the cache of classes. */
  private Map<String, String> environment(String config) {
    Matcher options = Pattern.compile("JAVA_OPTS=\"([^\"]*)\"").matcher(DOCKERFILE);
    assertThat(options.find()).isTrue();
    Map<String, String> environment = new HashMap<>(RunningGateway.environment(upstream));
    environment.put("PATH", "/usr/bin:/bin");
    environment.put("JAVA_HOME", image.resolve("java").toString());
    environment.put("JAVA_OPTS", options.group(1) + heap(options.group(1)) + " -XX:AOTMode=on");
    environment.put("CONFIG_PATH", ConfigCopy.readable(config).toString());
    environment.put("JOURNAL_DIRECTORY", anybodysDirectory().toString());
    return environment;
  }

  /** What the share of the container's memory comes to, since there is no container here. */
  private static String heap(String options) {
    Matcher percentage = Pattern.compile("MaxRAMPercentage=(\\d+)").matcher(options);
    assertThat(percentage.find()).isTrue();
    long megabytes = containerMegabytes() * Long.parseLong(percentage.group(1)) / 100;
    return " -Xmx%dm".formatted(megabytes);
  }

  /** As a volume is that was made for the image's user. */
  private static Path anybodysDirectory() {
    try {
      Path directory = Files.createTempDirectory("gateway-it-journal");
      return Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A command of the image, by its user. */
  private static List<String> command(String... words) {
    List<String> command = new ArrayList<>();
    if (System.getProperty("user.name").equals("root")) {
      command.addAll(List.of("setpriv", "--reuid=10001", "--regid=10001", "--clear-groups"));
      command.addAll(List.of("--no-new-privs", "--bounding-set=-all"));
    }
    command.add(image.resolve("app").resolve(words[0]).toString());
    command.addAll(List.of(words).subList(1, words.length));
    return command;
  }

  private RunningGateway start(String config) {
    return RunningGateway.start(command("gateway", "serve"), store, environment(config));
  }

  @Test
  @DisplayName(
      "D1: what the image runs is started, healthy, serves, and is not healthy when stopped")
  void runs() throws Exception {
    upstream.follow(Script.always(Behaviour.answers()));
    Store.User user = store.newUser(10, 10);
    int exitCode;
    try (RunningGateway gateway = start(RunningGateway.CHAT)) {
      assertThat(health(gateway).exitCode()).isZero();
      assertThat(readiness(gateway)).contains(" 200 OK").endsWith("{\"ready\":true}");
      assertThat(Http.post(gateway, user.key(), Ask.answer(Ask.HAIKU)).statusCode()).isEqualTo(200);
      Books.audit(store, List.of(gateway));
      gateway.terminate();
      exitCode = gateway.exitCode();
      assertThat(health(gateway).exitCode()).isNotZero();
    }
    assertThat(exitCode).isZero();
  }

  @Test
  @DisplayName("D1: the commands that operators run in the container work there, as its user")
  void operatorsCommands() {
    Map<String, String> environment = environment(RunningGateway.CHAT);
    environment.put("MONGODB_URI", store.uri());

    String created = said(environment, "user", "create", "alice", "--credits", "5");
    String key = said(environment, "key", "create", "alice");
    String topUp =
        said(environment, "user", "top-up", "alice", "1", "--field", "credits", "--id", "i-1");
    String taken =
        said(
            environment,
            "user",
            "top-up",
            "alice",
            "--field",
            "credits",
            "--id",
            "l",
            "--",
            "-0.5");

    assertThat(created).startsWith("alice").contains("credits    5 USD, 0 held, 0 spent");
    assertThat(key).startsWith("sk-");
    assertThat(topUp).contains("credits    6 USD");
    assertThat(taken).contains("credits    5.5 USD");
    assertThat(said(environment, "user", "show", "alice")).isEqualTo(taken.replaceAll("^.*\n", ""));
    assertThat(said(environment, "audit"))
        .contains("Audited 1 user(s): 0 difference(s), 0 hold(s) of requests under way.");
    assertThat(said(environment, "check", Objects.requireNonNull(environment.get("CONFIG_PATH"))))
        .contains("Checked 1 file(s): 0 problem(s), 0 warning(s).");
  }

  private static String said(Map<String, String> environment, String... words) {
    List<String> command = new ArrayList<>(List.of("gateway"));
    command.addAll(List.of(words));
    Programs.Finished done = Programs.finish(environment, command(command.toArray(String[]::new)));
    assertThat(done.exitCode()).as(done.output()).isZero();
    return done.output();
  }

  private static Programs.Finished health(RunningGateway gateway) {
    Map<String, String> environment =
        Map.of("OPS_PORT", Integer.toString(gateway.opsUrl().getPort()));
    return Programs.finish(environment, command("health"));
  }

  /** As the deployment's README asks for it. */
  private static String readiness(RunningGateway gateway) {
    Matcher script =
        Pattern.compile("bash -c '([^']+)'").matcher(read(Nginx.DEPLOY.resolve("README.md")));
    assertThat(script.find()).isTrue();
    String port = Integer.toString(gateway.opsUrl().getPort());
    List<String> command = List.of("bash", "-c", script.group(1).replace("9004", port));
    return Programs.finish(Map.of(), command).output();
  }

  @Test
  @DisplayName("D7: a draining instance is not healthy")
  void draining() throws Exception {
    Gate gate = new Gate();
    upstream.follow(Script.always(new Behaviour.Answers(Delivery.IMMEDIATE.holdingEvent(2, gate))));
    Store.User user = store.newUser(10, 10);
    try (RunningGateway gateway = start(RunningGateway.CHAT);
        RawClient client = new RawClient(gateway)) {
      String stream = RawClient.post(Api.ANTHROPIC_MESSAGES, user.key(), Ask.stream(Ask.HAIKU));
      client.send(stream).readUntil("message_start");

      gateway.terminate();

      eventually(() -> health(gateway).output().contains(" 503 "), () -> "still healthy");
      gate.open();
      client.readUntil("message_stop");
    }
  }

  @Test
  @DisplayName("D7: the health check finds the operations port of every shipped file")
  void healthPort() {
    Map<String, String> ports = Map.of(RunningGateway.CHAT, "9004", RunningGateway.CHAT2, "9005");
    for (Map.Entry<String, String> expected : ports.entrySet()) {
      Programs.Finished traced =
          Programs.finish(
              Map.of("CONFIG_PATH", ConfigCopy.shipped(expected.getKey()).toString()),
              List.of("bash", "-x", image.resolve("app/health").toString()));
      assertThat(traced.output()).contains("address=127.0.0.1/" + expected.getValue());
    }
  }

  @Test
  @DisplayName("D7: without a configuration file the health check asks the backend")
  void healthPortOfTheBackend() {
    Map<String, Map<String, String>> environments =
        Map.of(
            "9006", Map.of(), "7006", Map.of("PORT", "6006"), "6007", Map.of("OPS_PORT", "6007"));
    environments.forEach((port, more) -> {
      Map<String, String> environment = new HashMap<>(Map.of("CONFIG_PATH", "/no/such/file"));
      environment.putAll(more);
      Programs.Finished traced =
          Programs.finish(
              environment, List.of("bash", "-x", image.resolve("app/health").toString()));
      assertThat(traced.output())
          .contains("address=127.0.0.1/" + port)
          .doesNotContain("No such file or directory: ", "can't read");
    });
  }

  @Test
  @DisplayName(
      "D2: the image runs the backend, which is healthy as long as there are prices to show")
  void backend() throws Exception {
    Path chat = ConfigCopy.readable(RunningGateway.CHAT);
    Path chat2 = ConfigCopy.readable(RunningGateway.CHAT2);
    Path bad = ConfigCopy.readable(RunningGateway.CHAT);
    Files.writeString(bad, "{}");

    try (RunningGateway backend = startBackend(chat, chat2)) {
      assertThat(health(backend).exitCode()).isZero();
      assertThat(Http.get(backend.url().resolve("/endpoints")).statusCode()).isEqualTo(200);
      System.out.printf("memory of the backend in kB: %d%n", residentKilobytes(backend));
      assertThat(residentKilobytes(backend)).isLessThan(256 * 1024);
      backend.terminate();
      assertThat(backend.exitCode()).isZero();
    }
    try (RunningGateway backend = startBackend(bad, bad)) {
      assertThat(health(backend).output()).contains(" 503 ");
      assertThat(health(backend).exitCode()).isNotZero();
    }
  }

  /** Half of its container's memory is heap. */
  private static RunningGateway startBackend(Path chat, Path chat2) {
    Map<String, String> environment = new HashMap<>(RunningGateway.backendFiles(chat, chat2));
    environment.put("PATH", "/usr/bin:/bin");
    environment.put("JAVA_HOME", image.resolve("java").toString());
    environment.put("JAVA_OPTS", "-Xmx128m -XX:AOTMode=on");
    return RunningGateway.backend(command("gateway", "backend"), environment);
  }

  @Test
  @DisplayName(
      "D8: both instances idle, with 50 and with 500 streams each, fit in their containers")
  void memory() throws Exception {
    long limitKilobytes = containerMegabytes() * 1024;
    Gate gate = new Gate();
    upstream.follow(Script.always(new Behaviour.Answers(Delivery.IMMEDIATE.holdingEvent(5, gate))));
    Store.User user = store.newUser(1000, 1000);
    NameServer names =
        NameServer.start()
            .with(Nginx.CHAT_SERVICE, "127.0.0.1")
            .with(Nginx.CHAT2_SERVICE, "127.0.0.1");
    try (names;
        RunningGateway chat = start(RunningGateway.CHAT);
        RunningGateway chat2 = start(RunningGateway.CHAT2);
        Nginx nginx =
            Nginx.start(
                names, chat.url().getPort(), chat2.url().getPort(), ImageIT::forOneClient)) {
      List<RunningGateway> both = List.of(chat, chat2);
      System.out.printf(
          "memory of chat and chat2, each with at most %d MB and %s:%n",
          containerMegabytes(), environment(RunningGateway.CHAT).get("JAVA_OPTS"));
      printMemory("idle", both);
      DomainClient client = DomainClient.of(nginx);
      List<Response> streams = new ArrayList<>();
      for (int most : List.of(50, 500)) {
        while (streams.size() < most * both.size()) {
          String domain = streams.size() % 2 == 0 ? Nginx.CHAT : Nginx.CHAT2;
          streams.add(openStream(client, domain, user));
        }
        printMemory("with %d streams each".formatted(most), both);
      }
      assertThat(both)
          .allSatisfy(gateway -> assertThat(residentKilobytes(gateway)).isLessThan(limitKilobytes));

      gate.open();

      for (Response stream : streams) {
        assertThat(stream.body().source().readUtf8()).contains("message_stop");
        stream.close();
      }
      printMemory("when all have ended", both);
      Books.audit(store, both);
    }
  }

  @Test
  @DisplayName("D8: the processor time of a request, measured")
  void processorTime() throws Exception {
    upstream.follow(Script.always(Behaviour.answers()));
    Store.User user = store.newUser(1000, 1000);
    try (RunningGateway gateway = start(RunningGateway.CHAT)) {
      post(gateway, user, REQUESTS);
      Duration before = processorTime(gateway);
      post(gateway, user, REQUESTS);
      Duration used = processorTime(gateway).minus(before);
      System.out.printf(
          "processor time of a request, after %d others: %d us%n",
          REQUESTS, used.dividedBy(REQUESTS).toNanos() / 1000);
      Books.audit(store, List.of(gateway));
    }
  }

  private static void post(RunningGateway gateway, Store.User user, int times) throws Exception {
    for (int i = 0; i < times; i++) {
      assertThat(Http.post(gateway, user.key(), Ask.answer(Ask.HAIKU)).statusCode()).isEqualTo(200);
    }
  }

  private static Duration processorTime(RunningGateway gateway) {
    return gateway.process().info().totalCpuDuration().orElseThrow();
  }

  /** nginx takes 512 requests from one address. */
  private static String forOneClient(String configuration) {
    return configuration.replaceAll("limit_conn clients \\d+;", "limit_conn clients 5000;");
  }

  private static Response openStream(DomainClient client, String domain, Store.User user)
      throws IOException {
    Response stream =
        client.open(
            client.request(domain, Api.ANTHROPIC_MESSAGES, user.key(), Ask.stream(Ask.HAIKU)));
    assertThat(stream.code()).isEqualTo(200);
    assertThat(stream.body().source().readUtf8LineStrict()).contains("message_start");
    return stream;
  }

  /** What the Compose file allows a container. */
  private static long containerMegabytes() {
    Matcher limit =
        Pattern.compile("mem_limit: \\$\\{GATEWAY_MEMORY:-(\\d+)g}")
            .matcher(read(Nginx.DEPLOY.resolve("docker-compose.prod.yml")));
    assertThat(limit.find()).isTrue();
    return Long.parseLong(limit.group(1)) * 1024;
  }

  private static void printMemory(String when, List<RunningGateway> both) {
    System.out.printf(
        "  %s: %s MB%n", when, both.stream().map(one -> residentKilobytes(one) / 1024).toList());
  }

  private static long residentKilobytes(RunningGateway gateway) {
    String status = read(Path.of("/proc", Long.toString(gateway.process().pid()), "status"));
    Matcher resident = Pattern.compile("VmRSS:\\s+(\\d+) kB").matcher(status);
    assertThat(resident.find()).isTrue();
    return Long.parseLong(resident.group(1));
  }
}
