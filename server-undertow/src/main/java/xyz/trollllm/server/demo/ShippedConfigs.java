package xyz.trollllm.server.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import xyz.trollllm.config.ConfigLoader;
import xyz.trollllm.config.GatewayConfig;

/**
 * The configuration files that come with the gateway: those beside the jar or in the sources around
 * it, where they may have been edited, else those inside the jar.
 */
final class ShippedConfigs {
  private static final List<String> FOLDERS = List.of("goproxy", "../../deploy/goproxy");

  private ShippedConfigs() {}

  static GatewayConfig load(String name, Map<String, String> environment) {
    return file(name)
        .map(file -> ConfigLoader.load(file, environment))
        .orElseGet(() -> ConfigLoader.load(name, packaged(name), environment));
  }

  /** The file itself, which is written to {@code folder} if there is none but in the jar. */
  static Path path(String name, Path folder) {
    return file(name)
        .orElseGet(() -> {
          try {
            return Files.writeString(
                Files.createDirectories(folder).resolve(name), packaged(name), UTF_8);
          } catch (IOException e) {
            throw new UncheckedIOException("cannot write to " + folder, e);
          }
        });
  }

  private static Optional<Path> file(String name) {
    return folderOfJar()
        .flatMap(jars ->
            FOLDERS.stream()
                .map(folder -> jars.resolve(folder).resolve(name).normalize())
                .filter(Files::isRegularFile)
                .findFirst());
  }

  private static Optional<Path> folderOfJar() {
    try {
      Path code =
          Path.of(ShippedConfigs.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      return Optional.ofNullable(code.getParent());
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }

  private static String packaged(String name) {
    try (InputStream file = ShippedConfigs.class.getResourceAsStream("/goproxy/" + name)) {
      if (file == null) {
        throw new IllegalStateException(name + " is missing in the jar");
      }
      return new String(file.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
