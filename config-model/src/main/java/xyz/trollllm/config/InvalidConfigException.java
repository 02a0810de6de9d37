package xyz.trollllm.config;

import static java.util.stream.Collectors.joining;

import java.util.List;

/** A configuration that cannot be used; carries every problem found, not only the first. */
public final class InvalidConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String source;
  private final transient List<ConfigProblem> problems;

  InvalidConfigException(String source, List<ConfigProblem> problems) {
    super(
        problems.stream()
            .map(problem -> "\n  " + problem)
            .collect(joining("", source + " has " + problems.size() + " problem(s):", "")));
    this.source = source;
    this.problems = List.copyOf(problems);
  }

  /** What was read: a file, or the environment. */
  public String source() {
    return source;
  }

  /** All problems, in the order of the file. */
  public List<ConfigProblem> problems() {
    return problems;
  }
}
