package xyz.trollllm.it;

import static xyz.trollllm.it.Eventually.eventually;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import xyz.trollllm.server.standin.StandInUpstream;

/**
 * A machine as operators have it: a copy of what is in {@code deploy} with its {@code .env}, both
 * instances behind nginx, and a {@code docker} that is none but starts what the Compose file says.
 */
final class SwitchRig implements AutoCloseable {
  static final String PLAIN = "config-ohmygpt-prod.json";
  static final String UPSTREAM = "config-ohmygpt-upstream-prod.json";

  /** A profile that passes every check and does not start. */
  static final String DEAD = "config-ohmygpt-dead.json";

  static final String BACKEND = "backend";

  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Path DOCKER = Path.of("src", "test", "deploy-tools", "docker");
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Path folder;
  private final NameServer names =
      NameServer.start()
          .with(Nginx.CHAT_SERVICE, "127.0.0.1")
          .with(Nginx.CHAT2_SERVICE, "127.0.0.1")
          .with(BACKEND, "127.0.0.1");
  private final List<Integer> ports = freePorts(6);
  private final Nginx nginx =
      Nginx.start(
          names,
          ports.get(0),
          ports.get(2),
          text -> text.replace("backend:8006", "backend:" + ports.get(4)));

  /** Starts nginx, and nothing behind it. */
  SwitchRig(Store store, StandInUpstream openHands, StandInUpstream ohMyGpt) {
    Programs.require("docker-compose", "version");
    Programs.require("/usr/bin/python3", "-c", "import yaml");
    Programs.require("flock", "--version");
    try {
      folder = Files.createTempDirectory("gateway-it-switch");
      copyDeploy();
      Path program = Files.createDirectories(folder.resolve("bin")).resolve("docker");
      Files.copy(DOCKER, program, StandardCopyOption.COPY_ATTRIBUTES);
      Files.createDirectories(docker());
      JSON.writeValue(docker().resolve("setup.json"), setup(store, openHands, ohMyGpt));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void copyDeploy() throws IOException {
    Path from = Nginx.DEPLOY.toRealPath();
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(each -> Files.isRegularFile(each)).toList()) {
        Path relative = from.relativize(file);
        if (!relative.startsWith("target") && !relative.toString().equals(".env")) {
          Path copy = deploy().resolve(relative);
          Files.createDirectories(copy.getParent());
          Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
        }
      }
    }
    Files.copy(profile(PLAIN), profile(DEAD));
  }

  private Map<String, Object> setup(
      Store store, StandInUpstream openHands, StandInUpstream ohMyGpt) {
    List<String> program =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-jar",
            System.getProperty("gateway.jar"));
    Map<String, String> toOpenHands = new HashMap<>(RunningGateway.environment(openHands));
    toOpenHands.remove("OPENHANDS_API_KEY");
    Map<String, String> toOhMyGpt =
        Map.of("ENDPOINT_OHMYGPT_ANTHROPIC_URL", ohMyGpt.url() + "/v1/messages");
    return Map.of(
        "images",
        Map.of("latest", program, "next", program, "dead", List.of("false")),
        "environment",
        Map.of("MONGODB_URI", store.uri(), "ALLOW_STANDALONE_MONGODB", "true"),
        "services",
        Map.of(
            Nginx.CHAT_SERVICE,
            places(Nginx.CHAT_SERVICE, 0),
            Nginx.CHAT2_SERVICE,
            places(Nginx.CHAT2_SERVICE, 2),
            BACKEND,
            places(BACKEND, 4)),
        "profiles",
        Map.of(
            RunningGateway.CHAT,
            toOpenHands,
            PLAIN,
            toOpenHands,
            UPSTREAM,
            toOhMyGpt,
            DEAD,
            Map.of("ENDPOINT_NOBODY_URL", "none")),
        "nginx",
        "127.0.0.1:" + nginx.httpsPort(),
        "nginx_conf",
        nginx.folder().resolve("nginx/nginx.conf").toString(),
        "health",
        deploy().resolve("health").toString());
  }

  private Map<String, String> places(String service, int port) {
    return Map.of(
        "PORT", ports.get(port).toString(),
        "OPS_PORT", ports.get(port + 1).toString(),
        "JOURNAL_DIRECTORY", folder.resolve("journal-" + service).toString());
  }

  /** Out of the range from which connections get theirs: they are taken again and again. */
  private static List<Integer> freePorts(int count) {
    List<Integer> free = new ArrayList<>();
    while (free.size() < count) {
      int port = ThreadLocalRandom.current().nextInt(10_000, 30_000);
      try (ServerSocket _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        if (!free.contains(port)) {
          free.add(port);
        }
      } catch (IOException _) {
        // Somebody's.
      }
    }
    return free;
  }

  /** Everything as after the first start: chat2 runs with this profile, and .env says so. */
  void reset(String profile) throws IOException {
    for (String left : List.of("hold", "held", "go", "calls")) {
      Files.deleteIfExists(docker().resolve(left));
    }
    Files.deleteIfExists(env());
    Files.writeString(
        env(),
        """
        # Kept as it is.
        COMPOSE_PROJECT_NAME=trollllm

        OHMYGPT_CONFIG=%s
        OPENHANDS_API_KEY=%s
        OHMYGPT_API_KEY=%s
        # Passwords.
        MONGODB_ROOT_PASSWORD='a b'
        MONGODB_PASSWORD=pw
        """
            .formatted(profile, StandInUpstream.KEY, StandInUpstream.KEY));
    Files.setPosixFilePermissions(env(), PosixFilePermissions.fromString("rw-r-----"));
    List<String> up = new ArrayList<>(List.of(folder.resolve("bin/docker").toString(), "compose"));
    up.addAll(List.of("--project-directory", deploy().toString()));
    up.addAll(List.of("--env-file", env().toString()));
    up.addAll(List.of("-f", deploy().resolve("docker-compose.prod.yml").toString(), "up", "-d"));
    List<String> stale = new ArrayList<>();
    for (String service : List.of(Nginx.CHAT_SERVICE, Nginx.CHAT2_SERVICE, BACKEND)) {
      JsonNode container = container(service);
      boolean right =
          service.equals(Nginx.CHAT_SERVICE) || container.toString().contains("/" + profile + "\"");
      if (container.isMissingNode()
          || !right
          || !container.path("image").asString("").endsWith(":latest")) {
        stale.add(service);
      }
    }
    if (!stale.isEmpty()) {
      up.addAll(stale);
      Programs.Finished started = Programs.finish(environment(Map.of()), up);
      if (started.exitCode() != 0) {
        throw new AssertionError(started.output());
      }
    }
    eventually(
        PATIENCE, () -> isReady(1) && isReady(3) && isReady(5), () -> log(Nginx.CHAT2_SERVICE));
    Files.deleteIfExists(docker().resolve("calls"));
  }

  private boolean isReady(int opsPort) {
    String port = ports.get(opsPort).toString();
    return Programs.finish(
                Map.of("OPS_PORT", port), List.of("bash", deploy().resolve("health").toString()))
            .exitCode()
        == 0;
  }

  private Map<String, String> environment(Map<String, String> more) {
    Map<String, String> environment = new HashMap<>();
    environment.put("PATH", folder.resolve("bin") + ":" + System.getenv("PATH"));
    environment.put("STAND_IN_DOCKER", docker().toString());
    environment.put("SMOKE_CACERT", nginx.certificate().toString());
    environment.put("HEALTHY_SECONDS", "120");
    environment.putAll(more);
    return environment;
  }

  /** Runs the shipped script to its end. */
  Programs.Finished run(Map<String, String> environment, String... arguments) {
    return Programs.finish(environment(environment), command(arguments));
  }

  Programs.Finished run(String... arguments) {
    return run(Map.of(), arguments);
  }

  /** Starts the shipped script. */
  Daemon start(Map<String, String> environment, String... arguments) {
    return Daemon.start(environment(environment), command(arguments));
  }

  private List<String> command(String... arguments) {
    List<String> command = new ArrayList<>(List.of("sh", deploy().resolve("switch.sh").toString()));
    command.addAll(List.of(arguments));
    return command;
  }

  /** Has the next call of docker with these words wait, before or after what it does. */
  void hold(String when) throws IOException {
    Files.writeString(docker().resolve("hold"), when);
  }

  void awaitHeld(Daemon script) {
    eventually(
        PATIENCE,
        () -> Files.exists(docker().resolve("held")) || !script.process().isAlive(),
        () -> "not held: " + script.output());
    if (!Files.exists(docker().resolve("held"))) {
      throw new AssertionError("ended without being held: " + script.output());
    }
  }

  void release() throws IOException {
    Files.writeString(docker().resolve("go"), "");
  }

  /** What the stand-in knows of a service's container. */
  JsonNode container(String service) {
    Path containers = docker().resolve("containers.json");
    return Files.exists(containers, LinkOption.NOFOLLOW_LINKS)
        ? JSON.readTree(containers).path(service)
        : JSON.missingNode();
  }

  /** The profile that a service's container was created with. */
  String profileOf(String service, String at) {
    String mounted = container(service).path("mounts").path(at).asString("");
    return mounted.substring(mounted.lastIndexOf('/') + 1);
  }

  /** How often docker was called with these words. */
  long calls(String words) throws IOException {
    Path calls = docker().resolve("calls");
    return Files.exists(calls)
        ? Files.readAllLines(calls).stream().filter(line -> line.contains(words)).count()
        : 0;
  }

  String log(String service) {
    try {
      return Files.readString(docker().resolve(service + ".log"));
    } catch (IOException e) {
      return e.toString();
    }
  }

  Path env() {
    return deploy().resolve(".env");
  }

  Path profile(String name) {
    return deploy().resolve("goproxy").resolve(name);
  }

  Path deploy() {
    return folder.resolve("deploy");
  }

  private Path docker() {
    return folder.resolve("docker");
  }

  Path dockerCalls() {
    return docker().resolve("calls");
  }

  Nginx nginx() {
    return nginx;
  }

  @Override
  public void close() {
    for (String service : List.of(Nginx.CHAT_SERVICE, Nginx.CHAT2_SERVICE, BACKEND)) {
      long pid = container(service).path("pid").asLong(0);
      ProcessHandle.of(pid).filter(_ -> pid > 0).ifPresent(ProcessHandle::destroy);
    }
    nginx.close();
    names.close();
  }
}
