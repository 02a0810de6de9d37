package xyz.trollllm.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
  @DisplayName("L2: the distribution runs as it is unpacked")
  void distribution(@TempDir Path folder) throws IOException {
    Programs.run(
        folder,
        List.of("tar", "xzf", archive().toString(), "--strip-components=1", "--no-same-owner"));

    Programs.Finished version =
        Programs.finish(Map.of(), List.of(folder.resolve("gateway").toString(), "--version"));

    assertThat(version.exitCode()).as(version.output()).isZero();
  }

  private static Path archive() throws IOException {
    try (DirectoryStream<Path> found =
        Files.newDirectoryStream(ARTIFACT.getParent(), "gateway-*.tar.gz")) {
      return found.iterator().next();
    }
  }

  @Test
  @DisplayName(
      "L2: nothing in the distribution says who built it, when, where, or with which umask")
  void distributionIsTheSameWhoeverBuildsIt() throws IOException {
    Programs.Finished listed =
        Programs.finish(
            Map.of("TZ", "UTC", "LC_ALL", "C"),
            List.of("tar", "tvzf", archive().toString(), "--numeric-owner", "--full-time"));
    assertThat(listed.exitCode()).as(listed.output()).isZero();

    List<String> entries = listed.output().lines().toList();
    assertThat(entries)
        .isNotEmpty()
        .allSatisfy(entry ->
            assertThat(entry)
                .matches("(-rwxr-xr-x 0/0 .*/gateway|-rw-r--r-- 0/0 .*[^/]|drwxr-xr-x 0/0 .*/)")
                .contains(" 2026-11-22 00:00:00 "));
    List<String> libraries =
        entries.stream()
            .map(entry -> entry.substring(entry.lastIndexOf(' ') + 1))
            .filter(name -> name.contains("/lib/"))
            .toList();
    assertThat(libraries).isSorted();
    try (InputStream gzip = Files.newInputStream(archive())) {
      assertThat(gzip.readNBytes(9)).isEqualTo(new byte[] {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0});
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gateway.jar", "config-model", "billing-core", "proxy-core"})
  @DisplayName("L2: jars say nothing of where and when they were built, and are in order")
  void jarsAreTheSameWhoeverBuildsThem(String name) throws IOException {
    Path path = name.endsWith(".jar") ? ARTIFACT : jar(Path.of("..", name, "target"), name);
    String sources = Path.of("..").toRealPath().toString();
    List<String> files = new ArrayList<>();
    try (JarFile jar = new JarFile(path.toFile())) {
      for (JarEntry entry : jar.stream().toList()) {
        files.add(entry.getName());
        assertThat(entry.getTimeLocal().toString()).as(entry.getName()).startsWith("2026-11-22T");
        try (InputStream content = jar.getInputStream(entry)) {
          assertThat(new String(content.readAllBytes(), ISO_8859_1))
              .as(entry.getName())
              .doesNotContain(sources);
        }
      }
    }
    assertThat(files.stream().filter(file -> file.endsWith(".class"))).isNotEmpty().isSorted();
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
