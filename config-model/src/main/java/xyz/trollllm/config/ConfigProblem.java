package xyz.trollllm.config;

/**
 * One thing that is wrong, or looks wrong, with a configuration.
 *
 * @param path where: {@code $.models[2].upstream}, {@code line 3, column 7} or {@code environment
 *     variable PORT}
 * @param message what must be there and what was found; never a key or a password
 */
public record ConfigProblem(String path, String message) {
  /** The same problem, told where several files are talked about. */
  public ConfigProblem in(String source) {
    return path.equals(source) ? this : new ConfigProblem(source + " " + path, message);
  }

  @Override
  public String toString() {
    return path + ": " + message;
  }
}
