package xyz.trollllm.server.backend;

import java.nio.file.Path;
import java.util.List;
import xyz.trollllm.config.ConfigLoader;
import xyz.trollllm.config.ConfigProblem;
import xyz.trollllm.config.InvalidConfigException;

/** What one look at a file found. Two looks are equal if nothing that matters has changed. */
sealed interface FileLook {
  /** There is text, good or bad. */
  record Text(String text) implements FileLook {}

  /** There is nothing that can be read. */
  record Unreadable(List<ConfigProblem> problems) implements FileLook {}

  static FileLook at(Path file) {
    try {
      return new Text(ConfigLoader.text(file));
    } catch (InvalidConfigException unreadable) {
      return new Unreadable(unreadable.problems());
    }
  }
}
