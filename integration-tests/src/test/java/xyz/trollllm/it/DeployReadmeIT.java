package xyz.trollllm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import xyz.trollllm.server.cli.GatewayCommand;
import xyz.trollllm.server.cli.Shell;

/** What operators are told to type is there: commands, options, scripts, services, variables. */
final class DeployReadmeIT {
  private static final Path ROOT = Nginx.DEPLOY.resolve("..").normalize();
  private static final String README = "deploy/README.md";
  private static final String OPERATIONS = "docs/operations.md";

  private static final Pattern CODE = Pattern.compile("(?s)```\\w*\\n(.*?)```|`([^`]+)`");
  private static final Pattern BLOCK = Pattern.compile("(?s)```sh\\n(.*?)```");
  private static final Pattern GATEWAY =
      Pattern.compile("(?:/app/gateway|\\./gateway|^gateway) ([a-z].*)");
  private static final Pattern COMPOSE = Pattern.compile("docker compose ([a-z]+)(.*)");
  private static final Pattern SCRIPT =
      Pattern.compile("(?:\\./|/opt/gateway/deploy/|/opt/|deploy/)?([a-z/-]+\\.sh)\\b(.*)");
  private static final Pattern VARIABLE = Pattern.compile("\\b[A-Z]+(?:_[A-Z]+)+\\b");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]*)(?:#([^)]*))?\\)");

  /** What the reader fills in. */
  private static final Set<String> PLACEHOLDERS = Set.of("REQUEST_ID", "KEY_ID");

  /** Options that take a word. */
  private static final Set<String> OF_COMPOSE = Set.of("-e", "--tail", "--since", "--entrypoint");

  @TempDir Path folder;

  static List<String> texts() {
    return List.of(README, OPERATIONS);
  }

  private static String read(String file) {
    try {
      return Files.readString(ROOT.resolve(file));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Every line of every piece of code, with continued lines as one. */
  private static List<String> code(String file) {
    return CODE.matcher(read(file))
        .results()
        .map(found -> found.group(1) != null ? found.group(1) : found.group(2).replace("\n", " "))
        .flatMap(text -> text.replace("\\\n", " ").lines())
        .toList();
  }

  private static Stream<MatchResult> all(Pattern pattern, String file) {
    return code(file).stream().flatMap(line -> pattern.matcher(line).results());
  }

  private static List<String> words(String text) {
    return Stream.of(text.split("[;&|<>)]", 2)[0].strip().split("\\s+", -1))
        .filter(word -> !word.isEmpty())
        .toList();
  }

  /** Calls of the program: by its path, or as what a service runs. */
  private static List<List<String>> gatewayCalls(String file) {
    List<List<String>> calls = new ArrayList<>();
    all(GATEWAY, file).forEach(call -> calls.add(words(call.group(1))));
    all(COMPOSE, file)
        .filter(call -> call.group(1).equals("run"))
        .filter(call -> !call.group(2).contains("--entrypoint"))
        .forEach(call -> {
          List<String> rest = afterOptions(words(call.group(2)));
          calls.add(rest.subList(1, rest.size()));
        });
    return calls;
  }

  private static List<String> afterOptions(List<String> words) {
    int at = 0;
    while (at < words.size() && words.get(at).startsWith("-")) {
      at += OF_COMPOSE.contains(words.get(at)) ? 2 : 1;
    }
    return words.subList(Math.min(at, words.size()), words.size());
  }

  private record Help(int exitCode, String text) {}

  private static Help help(List<String> command) {
    StringWriter said = new StringWriter();
    PrintWriter to = new PrintWriter(said, true);
    List<String> all = new ArrayList<>(command);
    all.add("--help");
    int exitCode = GatewayCommand.run(new Shell(Map.of(), to, to), all.toArray(String[]::new));
    return new Help(exitCode, said.toString());
  }

  @ParameterizedTest
  @MethodSource("texts")
  @DisplayName("every command of the program exists and has the options that are named")
  void commands(String file) {
    List<List<String>> calls = gatewayCalls(file);

    assertThat(calls).hasSizeGreaterThan(5);
    for (List<String> call : calls) {
      boolean isGroup = Set.of("user", "key").contains(call.getFirst());
      List<String> command = call.subList(0, isGroup && call.size() > 1 ? 2 : 1);
      Help help = help(command);
      assertThat(help.exitCode()).as("%s", call).isZero();
      call.stream()
          .filter(word -> word.matches("--[a-z].*"))
          .forEach(option ->
              assertThat(help.text()).as("%s", call).containsPattern(option + "\\b(?!-)"));
    }
  }

  @ParameterizedTest
  @MethodSource("texts")
  @DisplayName("every script exists, and its first lines explain the options that are named")
  void scripts(String file) {
    List<MatchResult> calls = all(SCRIPT, file).toList();

    assertThat(calls).isNotEmpty();
    for (MatchResult call : calls) {
      if (call.group(1).equals("get-docker.sh")) {
        continue;
      }
      Path script = Nginx.DEPLOY.resolve(call.group(1));
      assertThat(script).as(call.group()).isExecutable();
      String text = read("deploy/" + call.group(1));
      String usage = text.substring(0, text.indexOf("set -"));
      List<String> rest = words(call.group(2));
      rest.stream()
          .filter(word -> word.matches("-.*"))
          .forEach(option -> assertThat(usage).as(call.group()).contains(option));
      if (call.group(1).equals("certificates.sh") && !rest.isEmpty()) {
        assertThat(usage).contains("certificates.sh " + rest.getFirst());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("texts")
  @DisplayName("every service and volume is in the Compose file")
  void services(String file) {
    Set<String> services =
        Pattern.compile("(?m)^  ([a-z][a-z-]*):$")
            .matcher(read("deploy/docker-compose.prod.yml"))
            .results()
            .map(found -> found.group(1))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(services).contains("nginx", "certbot", "mongodb", "letsencrypt");

    all(COMPOSE, file)
        .forEach(call -> {
          List<String> rest = afterOptions(words(call.group(2)));
          boolean isMany = !Set.of("exec", "run").contains(call.group(1));
          if (!rest.isEmpty() && !rest.getFirst().equals("SERVICE")) {
            assertThat(services).containsAll(isMany ? rest : rest.subList(0, 1));
          }
        });
    Pattern.compile("goproxy-[a-z-]+")
        .matcher(read(file))
        .results()
        .forEach(name -> assertThat(services).as(file).contains(name.group()));
  }

  @ParameterizedTest
  @MethodSource("texts")
  @DisplayName("every variable is one that something reads")
  void variables(String file) {
    String readers =
        read("deploy/.env.example")
            + read("deploy/docker-compose.prod.yml")
            + read("docs/config.md")
            + Stream.of("backup.sh", "certificates.sh", "nginx/start.sh", "nightly.sh", "switch.sh")
                .map(script -> read("deploy/" + script))
                .collect(Collectors.joining())
            + "LOG_FORMAT LOG_LEVEL MONGODB_DB_NAME ALLOW_STANDALONE_MONGODB MONGODB_URI";

    all(VARIABLE, file)
        .map(MatchResult::group)
        .filter(name -> !PLACEHOLDERS.contains(name))
        .forEach(name -> assertThat(readers).contains(name));
  }

  @ParameterizedTest
  @MethodSource("texts")
  @DisplayName("every link leads somewhere")
  void links(String file) {
    LINK.matcher(read(file))
        .results()
        .forEach(link -> {
          Path target =
              link.group(1).isEmpty()
                  ? ROOT.resolve(file)
                  : ROOT.resolve(file).resolveSibling(link.group(1)).normalize();
          assertThat(target).exists();
          if (link.group(2) != null) {
            assertThat(anchors(ROOT.relativize(target).toString())).contains(link.group(2));
          }
        });
  }

  private static List<String> anchors(String file) {
    return read(file)
        .lines()
        .filter(line -> line.startsWith("#"))
        .map(line -> line.replaceFirst("^#+ ", "").toLowerCase(Locale.ROOT))
        .map(line -> line.replaceAll("[^a-z0-9 _-]", "").replace(' ', '-'))
        .toList();
  }

  @Test
  @DisplayName("every code that is explained is one that is sent")
  void codes() {
    String sent =
        read("docs/api.md")
            + read("docs/operations.md")
            + read("deploy/nginx/include/error-words.inc")
            + sources("proxy-core/src/main/java");
    String text = read(README);

    Pattern.compile("(?m)^\\| (4|5)[0-9]{2} (`[^|]*)\\|")
        .matcher(text)
        .results()
        .flatMap(row -> Pattern.compile("`([a-z_]+)`").matcher(row.group(2)).results())
        .forEach(code -> assertThat(sent).contains(code.group(1)));
  }

  private static String sources(String folder) {
    try (Stream<Path> files = Files.walk(ROOT.resolve(folder))) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> read(ROOT.relativize(file).toString()))
          .collect(Collectors.joining());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  @DisplayName("every block is a shell script")
  void blocks() throws IOException {
    List<String> blocks =
        BLOCK.matcher(read(README)).results().map(found -> found.group(1)).toList();

    assertThat(blocks).hasSizeGreaterThan(10);
    for (String block : blocks) {
      Path script = Files.writeString(folder.resolve("block.sh"), block);
      Programs.Finished read = Programs.finish(Map.of(), List.of("bash", "-n", script.toString()));
      assertThat(read.exitCode()).as(block + read.output()).isZero();
    }
  }

  @Test
  @DisplayName("a check of the shipped file ends as it is said to")
  void check() {
    StringWriter said = new StringWriter();
    PrintWriter to = new PrintWriter(said, true);

    GatewayCommand.run(
        new Shell(Map.of(), to, to), "check", ConfigCopy.shipped(RunningGateway.CHAT).toString());

    String last = said.toString().strip().lines().toList().getLast();
    assertThat(read(README)).contains('`' + last + '`');
  }
}
