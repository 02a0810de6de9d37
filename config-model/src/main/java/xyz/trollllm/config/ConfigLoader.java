package xyz.trollllm.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads an instance's JSON file. Either all of it is valid, or nothing is returned.
 *
 * <p>The environment may replace ports and URLs of endpoints; see {@code docs/config.md}.
 */
public final class ConfigLoader {
  private ConfigLoader() {}

  /**
   * Reads and checks {@code file}.
   *
   * @throws InvalidConfigException naming every problem, if there is at least one
   */
  public static GatewayConfig load(Path file, Map<String, String> environment) {
    return loadWithWarnings(file, environment).config();
  }

  /**
   * Checks {@code json}.
   *
   * @param source what to call it in messages, usually a file
   * @throws InvalidConfigException naming every problem, if there is at least one
   */
  public static GatewayConfig load(String source, String json, Map<String, String> environment) {
    return loadWithWarnings(source, json, environment).config();
  }

  /** As {@link #load(Path, Map)}, and tells what is allowed yet rarely meant. */
  public static LoadedConfig loadWithWarnings(Path file, Map<String, String> environment) {
    return loadWithWarnings(file.toString(), text(file), environment);
  }

  /** As {@link #load(String, String, Map)}, and tells what is allowed yet rarely meant. */
  public static LoadedConfig loadWithWarnings(
      String source, String json, Map<String, String> environment) {
    Problems problems = new Problems();
    Optional<GatewayConfig> config =
        JsonText.parse(json, problems)
            .flatMap(root -> ObjectReader.of(root, "$", ConfigSection.INSTANCE, problems))
            .flatMap(root ->
                new InstanceReader(root, new Environment(environment, problems), problems).read());
    return config
        .map(valid -> new LoadedConfig(source, valid, problems.warnings()))
        .orElseThrow(() -> new InvalidConfigException(source, problems.errors()));
  }

  /**
   * The text of {@code file}, unchecked: for whoever compares it before it is loaded.
   *
   * @throws InvalidConfigException if it cannot be read
   */
  public static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      throw unreadable(file, "does not exist");
    } catch (CharacterCodingException e) {
      throw unreadable(file, "is not UTF-8 text");
    } catch (IOException e) {
      throw unreadable(
          file,
          Files.isDirectory(file)
              ? "is a directory; a bind mount of a missing file makes one"
              : "cannot be read: " + e);
    }
  }

  private static InvalidConfigException unreadable(Path file, String message) {
    return new InvalidConfigException(
        file.toString(), List.of(new ConfigProblem(file.toString(), message)));
  }
}
