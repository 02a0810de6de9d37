package xyz.trollllm.server.backend;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import xyz.trollllm.config.ConfigLoader;
import xyz.trollllm.config.ConfigProblem;
import xyz.trollllm.config.InvalidConfigException;

/** What one look at a file found. Two looks are equal if nothing that matters has changed. */
sealed interface FileLook {
  /** Some hundred times what the shipped files have. */
  long MOST_BYTES = 1 << 20;

  /** There is text, good or bad. */
  record Text(String text) implements FileLook {}

  /** There is nothing that can be read. */
  record Unreadable(List<ConfigProblem> problems) implements FileLook {}

  /** Takes no more memory than a configuration may need, whatever is there. */
  static FileLook at(Path file) {
    Optional<String> unfit = unfit(file);
    if (unfit.isPresent()) {
      return new Unreadable(List.of(new ConfigProblem(file.toString(), unfit.get())));
    }
    try {
      return new Text(ConfigLoader.text(file));
    } catch (InvalidConfigException unreadable) {
      return new Unreadable(unreadable.problems());
    }
  }

  private static Optional<String> unfit(Path file) {
    try {
      BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
      if (found.isOther()) {
        return Optional.of("is not a file");
      }
      return found.size() > MOST_BYTES
          ? Optional.of("is larger than " + MOST_BYTES + " bytes")
          : Optional.empty();
    } catch (IOException _) {
      return Optional.empty(); // reading it says what is wrong
    }
  }
}
