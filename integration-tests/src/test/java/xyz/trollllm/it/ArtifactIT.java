package xyz.trollllm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The program is a shell around the libraries that others embed. */
final class ArtifactIT {
  private static final Path ARTIFACT = Path.of(System.getProperty("gateway.jar"));

  @ParameterizedTest
  @ValueSource(strings = {"config-model", "billing-core", "proxy-core"})
  @DisplayName("L2: the artifact runs the very classes of the embeddable library")
  void artifactHoldsTheLibrary(String module) throws IOException {
    Map<String, Long> shipped = classes(jar(ARTIFACT.resolveSibling("lib"), module));
    Map<String, Long> library = classes(jar(Path.of("..", module, "target"), module));

    assertThat(library).isNotEmpty();
    assertThat(shipped).isEqualTo(library);
  }

  @ParameterizedTest
  @ValueSource(strings = {"xyz/trollllm/config", "xyz/trollllm/billing", "xyz/trollllm/proxy"})
  @DisplayName("L2: the shell has no class of a library of its own")
  void shellHasNoLibraryClasses(String folder) throws IOException {
    try (JarFile shell = new JarFile(ARTIFACT.toFile())) {
      assertThat(shell.stream().map(JarEntry::getName))
          .noneMatch(name -> name.startsWith(folder) && name.endsWith(".class"));
    }
  }

  @Test
  @DisplayName("L2: the distribution runs as it is unpacked, and its files have one fixed time")
  void distribution(@TempDir Path folder) throws IOException {
    Path archive;
    try (DirectoryStream<Path> found =
        Files.newDirectoryStream(ARTIFACT.getParent(), "gateway-*.tar.gz")) {
      archive = found.iterator().next();
    }
    Programs.run(
        folder,
        List.of("tar", "xzf", archive.toString(), "--strip-components=1", "--no-same-owner"));

    Programs.Finished version =
        Programs.finish(Map.of(), List.of(folder.resolve("gateway").toString(), "--version"));
    assertThat(version.exitCode()).as(version.output()).isZero();
    Programs.Finished listed =
        Programs.finish(Map.of("TZ", "UTC"), List.of("tar", "tvzf", archive.toString()));
    assertThat(listed.output().lines())
        .isNotEmpty()
        .allMatch(line -> line.contains(" 2026-11-22 00:00 "));
  }

  private static Path jar(Path folder, String module) throws IOException {
    try (DirectoryStream<Path> jars = Files.newDirectoryStream(folder, module + "-*.jar")) {
      for (Path jar : jars) {
        if (!jar.toString().endsWith("-tests.jar")) {
          return jar;
        }
      }
    }
    throw new AssertionError("no jar of " + module + " in " + folder);
  }

  /** Checksums by name. */
  private static Map<String, Long> classes(Path path) throws IOException {
    Map<String, Long> classes = new HashMap<>();
    try (JarFile jar = new JarFile(path.toFile())) {
      jar.stream()
          .filter(entry -> entry.getName().endsWith(".class"))
          .forEach(entry -> classes.put(entry.getName(), entry.getCrc()));
    }
    return classes;
  }
}
