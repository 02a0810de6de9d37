package xyz.trollllm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What is said to Docker, read by two tools that know nothing of each other. */
final class ComposeIT {
  private static final Path FILE = Nginx.DEPLOY.resolve("docker-compose.prod.yml").normalize();
  private static final Path TOOLS = Path.of("src", "test", "deploy-tools").toAbsolutePath();
  private static final String TO_JSON =
      "import json, sys, yaml; print(json.dumps(yaml.safe_load(sys.stdin)))";
  private static final Map<String, String> FILLED_IN =
      Map.of(
          "OPENHANDS_API_KEY", "sk-1", "MONGODB_ROOT_PASSWORD", "root1", "MONGODB_PASSWORD", "pw1");

  @TempDir static Path folder;

  @BeforeAll
  static void needsPrograms() {
    Programs.require("docker-compose", "version");
    Programs.require("/usr/bin/python3", "-c", "import yaml");
  }

  private static Programs.Finished config(Map<String, String> environment) {
    Map<String, String> all = new HashMap<>(Map.of("COMPOSE", FILE.toString()));
    all.putAll(environment);
    return Programs.finish(
        all, List.of("sh", "-c", "cd " + folder + " && docker-compose -f \"$COMPOSE\" config"));
  }

  /** The services as Docker would see them, by name. */
  private static JsonNode services(Map<String, String> more) {
    Map<String, String> environment = new HashMap<>(FILLED_IN);
    environment.putAll(more);
    Programs.Finished config = config(environment);
    assertThat(config.exitCode()).as(config.output()).isZero();
    try {
      Path file = Files.writeString(folder.resolve("config.yml"), config.output());
      Programs.Finished json =
          Programs.finish(
              Map.of(), List.of("sh", "-c", "/usr/bin/python3 -c '" + TO_JSON + "' < " + file));
      return Http.json(json.output()).path("services");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  @DisplayName("D1: the current Compose schema and its linter find nothing")
  void linted() throws IOException {
    Programs.require("node", "--version");
    Programs.require("npm", "--version");
    Path installed = Files.createDirectories(Path.of("target", "deploy-tools").toAbsolutePath());
    for (String file : List.of("package.json", "package-lock.json")) {
      Files.write(installed.resolve(file), Files.readAllBytes(TOOLS.resolve(file)));
    }
    Programs.run(installed, List.of("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"));
    List<String> lint =
        new ArrayList<>(List.of("node", installed.resolve("node_modules/.bin/dclint").toString()));
    lint.addAll(List.of("-c", Nginx.DEPLOY.resolve(".dclintrc").toString(), "--max-warnings", "0"));

    List<String> misspelt = new ArrayList<>(lint);
    Path wrong = folder.resolve("docker-compose.yml");
    Files.writeString(wrong, Files.readString(FILE).replace("healthcheck:", "healtcheck:"));
    misspelt.add(wrong.toString());
    lint.add(FILE.toString());

    Programs.Finished found = Programs.finish(Map.of(), lint);
    assertThat(found.exitCode()).as(found.output()).isZero();
    assertThat(Programs.finish(Map.of(), misspelt).output()).contains("invalid-schema");
  }

  @ParameterizedTest
  @CsvSource({
    "goproxy-openhands, config-openhands-prod.json, 8004",
    "goproxy-ohmygpt, config-ohmygpt-prod.json, 8005"
  })
  @DisplayName("D1: each endpoint is a service of the one image, with its file, port and network")
  void endpoints(String service, String config, String port) {
    JsonNode services = services(Map.of());
    JsonNode endpoint = services.path(service);

    assertThat(endpoint.path("image").stringValue()).isEqualTo("trollllm-gateway:latest");
    assertThat(volumes(endpoint))
        .anyMatch(volume -> volume.endsWith("/goproxy/" + config + ":/app/config.json:ro"))
        .anyMatch(volume -> volume.startsWith(service + "-journal:/app/journal"));
    assertThat(texts(endpoint.path("expose"))).containsExactly(port);
    assertThat(endpoint.has("ports")).isFalse();
    assertThat(endpoint.at("/environment/MONGODB_URI").stringValue())
        .isEqualTo("mongodb://gateway:pw1@mongodb:27017/trollllm?replicaSet=rs0");
    assertThat(Http.json(read(Nginx.DEPLOY.resolve("goproxy").resolve(config))).path("port"))
        .hasToString(port);
    assertThat(read(FILE)).contains("name: trollllm-network");
  }

  @Test
  @DisplayName("D2: the backend has both files where its variables say, replaced ones included")
  void backend() {
    JsonNode backend = services(Map.of()).path("backend");

    assertThat(volumes(backend))
        .singleElement()
        .satisfies(volume -> assertThat(volume).endsWith("/deploy/goproxy:/app/goproxy:ro"));
    assertThat(backend.at("/environment/GOPROXY_OPENHANDS_CONFIG_PATH").stringValue())
        .isEqualTo("/app/goproxy/config-openhands-prod.json");
    assertThat(backend.at("/environment/GOPROXY_OHMYGPT_CONFIG_PATH").stringValue())
        .isEqualTo("/app/goproxy/config-ohmygpt-prod.json");
    assertThat(texts(backend.path("command"))).containsExactly("backend");
    assertThat(texts(backend.path("expose"))).containsExactly("8006");
  }

  @Test
  @DisplayName("D2: the backend is started like the others, and gets no key, password or database")
  void backendHasNoSecrets() {
    JsonNode backend = services(Map.of()).path("backend");

    assertThat(backend.path("environment").propertyNames())
        .containsExactlyInAnyOrder("GOPROXY_OPENHANDS_CONFIG_PATH", "GOPROXY_OHMYGPT_CONFIG_PATH");
    assertThat(backend.has("depends_on")).isFalse();
    assertThat(backend.has("profiles")).isFalse();
    assertThat(backend.toString()).doesNotContain("sk-1", "pw1");
  }

  @Test
  @DisplayName("C3: one variable switches chat2, and the backend's view of it, to another profile")
  void profile() {
    String profile = "config-ohmygpt-upstream-prod.json";

    JsonNode services = services(Map.of("OHMYGPT_CONFIG", profile));

    assertThat(volumes(services.path("goproxy-ohmygpt")))
        .anyMatch(volume -> volume.endsWith("/" + profile + ":/app/config.json:ro"));
    assertThat(services.at("/backend/environment/GOPROXY_OHMYGPT_CONFIG_PATH").stringValue())
        .isEqualTo("/app/goproxy/" + profile);
    assertThat(volumes(services.path("goproxy-openhands")))
        .noneMatch(volume -> volume.contains(profile));
    assertThat(Nginx.DEPLOY.resolve("goproxy").resolve(profile)).exists();
  }

  @Test
  @DisplayName("R4: no service is more than it must be, and none waits for an endpoint")
  void hardened() {
    services(Map.of())
        .properties()
        .forEach(entry -> {
          JsonNode service = entry.getValue();
          String name = entry.getKey();
          assertThat(service.path("read_only").booleanValue()).as(name).isTrue();
          assertThat(texts(service.path("cap_drop"))).as(name).containsExactly("ALL");
          assertThat(texts(service.path("security_opt"))).contains("no-new-privileges:true");
          assertThat(service.path("restart").stringValue()).as(name).isEqualTo("unless-stopped");
          assertThat(service.path("mem_limit").isMissingNode()).as(name).isFalse();
          assertThat(service.at("/logging/options/max-size").stringValue())
              .as(name)
              .isEqualTo("50m");
          assertThat(service.has("networks")).as(name).isTrue();
          assertThat(service.path("depends_on").propertyNames())
              .as(name)
              .doesNotContain("goproxy-openhands", "goproxy-ohmygpt", "backend");
          assertThat(service.has("ports")).as(name).isEqualTo(name.equals("nginx"));
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"OPENHANDS_API_KEY", "MONGODB_ROOT_PASSWORD", "MONGODB_PASSWORD"})
  @DisplayName("C6: a secret that is not set stops everything, and is named")
  void missingSecret(String name) {
    Map<String, String> environment = new HashMap<>(FILLED_IN);
    environment.put(name, "");

    Programs.Finished config = config(environment);

    assertThat(config.exitCode()).isNotZero();
    assertThat(config.output()).contains("set it in .env");
  }

  @Test
  @DisplayName("C6: the example of .env names every variable that compose asks for")
  void exampleOfEnvironment() {
    String example = read(Nginx.DEPLOY.resolve(".env.example"));

    Pattern.compile("\\$\\{([A-Z_]+)")
        .matcher(read(FILE))
        .results()
        .map(found -> found.group(1))
        .filter(name -> !List.of("GATEWAY_VERSION", "ACME_SERVER").contains(name))
        .forEach(name -> assertThat(example).containsPattern("(?m)^#?" + name + "="));
  }

  @Test
  @DisplayName("B6: every file that routes says domain, container, upstream and credit field")
  void documented() throws IOException {
    for (String file :
        List.of(
            "docker-compose.prod.yml",
            "nginx/nginx.conf",
            "goproxy/config-openhands-prod.json",
            "goproxy/config-ohmygpt-prod.json")) {
      String text = read(Nginx.DEPLOY.resolve(file));
      if (!file.contains("ohmygpt")) {
        assertThat(text)
            .containsPattern(
                "chat\\.trollllm\\.xyz +goproxy-openhands +8004 +openhands +creditsNew");
      }
      if (!file.contains("openhands")) {
        assertThat(text)
            .containsPattern("chat2\\.trollllm\\.xyz +goproxy-ohmygpt +8005 +openhands +credits");
      }
    }
  }

  @Test
  @DisplayName("D1: the database is healthy only as a replica set that takes writes")
  void database() throws IOException {
    Programs.require("node", "--version");
    Path script = Nginx.DEPLOY.resolve("mongodb/health.js").toAbsolutePath().normalize();

    assertThat(health(script, "undefined", "0", "true")).isEqualTo("healthy");
    assertThat(health(script, "undefined", "94", "true")).isEqualTo("initiated healthy");
    assertThat(health(script, "undefined", "94", "false")).isEqualTo("initiated unhealthy");
    assertThat(health(script, "undefined", "0", "false")).isEqualTo("unhealthy");
    // While the image prepares a new database: no user yet, then no replica set yet.
    assertThat(health(script, "18", "0", "true")).isEqualTo("failed");
    assertThat(health(script, "undefined", "76", "true")).isEqualTo("failed");
  }

  /** Runs the health check on a database that answers with these error codes. */
  private static String health(Path script, String auth, String status, String primary)
      throws IOException {
    Path harness =
        Files.writeString(
            folder.resolve("harness.cjs"),
            """
            const fail = code => { if (code) { throw Object.assign(new Error(), { code }) } }
            const said = []
            const admin = {
              auth: () => fail(%s),
              hello: () => ({ isWritablePrimary: %s }),
            }
            globalThis.db = { getSiblingDB: () => admin }
            globalThis.rs = { status: () => fail(%s), initiate: () => said.push('initiated') }
            globalThis.quit = () => { throw 'unhealthy' }
            try {
              require('vm').runInThisContext(require('fs').readFileSync('%s', 'utf8'))
              said.push('healthy')
            } catch (e) {
              said.push(e === 'unhealthy' ? e : 'failed')
            }
            console.log(said.join(' '))
            """
                .formatted(auth, primary, status, script));
    return Programs.finish(Map.of(), List.of("node", harness.toString())).output().strip();
  }

  @Test
  @DisplayName("D1, D5, D6: all shell scripts pass shellcheck")
  void scripts() throws IOException {
    Programs.require("shellcheck", "--version");
    List<String> check = new ArrayList<>(List.of("shellcheck"));
    try (Stream<Path> files = Files.walk(Nginx.DEPLOY)) {
      files
          .filter(Files::isRegularFile)
          .filter(file -> !file.toString().contains("/target/"))
          .filter(file -> read(file).startsWith("#!"))
          .forEach(file -> check.add(file.toString()));
    }
    check.add(Nginx.DEPLOY.resolveSibling("gateway").toString());

    Programs.Finished found = Programs.finish(Map.of(), check);

    assertThat(check).hasSizeGreaterThan(6);
    assertThat(found.exitCode()).as(found.output()).isZero();
  }

  private static List<String> volumes(JsonNode service) {
    return texts(service.path("volumes"));
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(item -> texts.add(item.asString()));
    return texts;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
