package xyz.trollllm.billing.mongo;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where a machine has its {@code mongod}. */
final class MongodProgram {
  private static final List<String> USUAL_PLACES =
      List.of(
          "/usr/bin",
          "/usr/local/bin",
          "/opt/homebrew/bin",
          "/opt/mongodb/bin",
          "/usr/local/mongodb/bin");

  private MongodProgram() {}

  /** The first one on the path, or in a usual place. */
  static Optional<Path> find(Map<String, String> environment) {
    List<String> places = new ArrayList<>();
    String path = environment.getOrDefault("PATH", "");
    places.addAll(List.of(path.split(File.pathSeparator, -1)));
    places.addAll(USUAL_PLACES);
    return places.stream()
        .filter(place -> !place.isBlank())
        .map(place -> Path.of(place, "mongod"))
        .filter(program -> Files.isRegularFile(program) && Files.isExecutable(program))
        .findFirst();
  }
}
