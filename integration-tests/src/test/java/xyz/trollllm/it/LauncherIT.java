package xyz.trollllm.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher starts an unpacked distribution: itself, the jar, and lib beside it. */
class LauncherIT {
  private static final Path JAR = Path.of(System.getProperty("gateway.jar"));
  private static final Path LAUNCHER =
      Path.of(System.getProperty("gateway.deploy")).resolveSibling("gateway");

  @TempDir Path folder;

  private Path launcher = LAUNCHER;

  private record Run(int exitCode, String output) {}

  @BeforeEach
  void unpack() throws IOException {
    Path distribution = Files.createDirectory(folder.resolve("gateway 1.0"));
    Path lib = Files.createDirectory(distribution.resolve("lib"));
    launcher = Files.copy(LAUNCHER, distribution.resolve("gateway"));
    Files.copy(JAR, distribution.resolve("gateway.jar"));
    try (Stream<Path> libraries = Files.list(JAR.resolveSibling("lib"))) {
      for (Path library : libraries.toList()) {
        Files.copy(library, lib.resolve(library.getFileName()));
      }
    }
  }

  private Run run(Path program, String... arguments) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(program.toString());
    builder.command().addAll(List.of(arguments));
    Process process = builder.directory(folder.toFile()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Run(process.waitFor(), output);
  }

  @Test
  void findsAJavaThatIsNewEnough() throws Exception {
    Run version = run(launcher, "--version");

    assertThat(version.exitCode()).isZero();
    assertThat(version.output()).startsWith("gateway ").containsPattern("Java (2[5-9]|[3-9]\\d)");
  }

  @Test
  void handsOverArgumentsAndExitCode() throws Exception {
    Run check = run(launcher, "check", "no such file.json");

    assertThat(check.exitCode()).isEqualTo(78);
    assertThat(check.output()).contains("problem: no such file.json: does not exist");
  }

  @Test
  void worksThroughALink() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("link"), launcher);

    assertThat(run(link, "--version").exitCode()).isZero();
  }

  @Test
  void saysWhatIsMissing() throws Exception {
    Files.delete(launcher.resolveSibling("gateway.jar"));

    Run run = run(launcher, "--version");

    assertThat(run.exitCode()).isEqualTo(69);
    assertThat(run.output())
        .isEqualTo("gateway: found no gateway.jar beside itself; unpack the whole distribution.\n");
  }
}
