package xyz.trollllm.config;

import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong with one configuration while it is read. Used by one thread. */
final class Problems {
  private final List<ConfigProblem> errors = new ArrayList<>();
  private final List<ConfigProblem> warnings = new ArrayList<>();

  void error(String path, String message) {
    errors.add(new ConfigProblem(path, message));
  }

  void warning(String path, String message) {
    warnings.add(new ConfigProblem(path, message));
  }

  List<ConfigProblem> errors() {
    return List.copyOf(errors);
  }

  List<ConfigProblem> warnings() {
    return List.copyOf(warnings);
  }
}
