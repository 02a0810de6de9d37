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
  private static final int STREAMS = 50;
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
    environment.put("JAVA_OPTS", options.group(1) + " -Xmx512m -XX:AOTMode=on");
    environment.put("CONFIG_PATH", ConfigCopy.readable(config).toString());
    environment.put("JOURNAL_DIRECTORY", anybodysDirectory().toString());
    return environment;
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
  @DisplayName("D8: both instances idle and under load, measured")
  void memory() throws Exception {
    Gate gate = new Gate();
    upstream.follow(Script.always(new Behaviour.Answers(Delivery.IMMEDIATE.holdingEvent(5, gate))));
    Store.User user = store.newUser(1000, 1000);
    String stream = RawClient.post(Api.ANTHROPIC_MESSAGES, user.key(), Ask.stream(Ask.HAIKU));
    try (RunningGateway chat = start(RunningGateway.CHAT);
        RunningGateway chat2 = start(RunningGateway.CHAT2)) {
      List<RunningGateway> both = List.of(chat, chat2);
      String idle = both.stream().map(ImageIT::residentKilobytes).toList().toString();
      List<RawClient> clients = new ArrayList<>();
      for (int i = 0; i < STREAMS; i++) {
        for (RunningGateway gateway : both) {
          RawClient client = new RawClient(gateway);
          clients.add(client);
          client.send(stream).readUntil("text_delta");
        }
      }
      System.out.printf(
          "memory of chat and chat2 in kB: idle %s, with %d streams each %s%n",
          idle, STREAMS, both.stream().map(ImageIT::residentKilobytes).toList());
      gate.open();
      for (RawClient client : clients) {
        client.readUntil("message_stop");
        client.close();
      }
      assertThat(both)
          .allSatisfy(gateway -> assertThat(residentKilobytes(gateway)).isLessThan(512 * 1024));
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

  private static long residentKilobytes(RunningGateway gateway) {
    String status = read(Path.of("/proc", Long.toString(gateway.process().pid()), "status"));
    Matcher resident = Pattern.compile("VmRSS:\\s+(\\d+) kB").matcher(status);
    assertThat(resident.find()).isTrue();
    return Long.parseLong(resident.group(1));
  }
}
