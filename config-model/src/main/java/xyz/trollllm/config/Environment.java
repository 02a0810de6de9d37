package xyz.trollllm.config;

import java.net.URI;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import xyz.trollllm.config.JsonValue.JsonNumber;
import xyz.trollllm.config.JsonValue.JsonString;

/**
 * Environment variables that replace a value of the file: {@code PORT}, {@code OPS_PORT} and {@code
 * ENDPOINT_<NAME>_URL} for tests and demos, {@code JOURNAL_DIRECTORY} for containers.
 */
final class Environment {
  private static final Rule<Integer> PORT = Rules.wholeNumber(0, 65_535);
  private static final Pattern INTEGER = Pattern.compile("-?[0-9]+");
  private static final Pattern URL_VARIABLE = Pattern.compile("ENDPOINT_.+_URL");

  private final Map<String, String> variables;
  private final Problems problems;

  Environment(Map<String, String> variables, Problems problems) {
    this.variables = variables;
    this.problems = problems;
  }

  /** The port that {@code variable} asks for, 0 for any free one. */
  OptionalInt port(String variable) {
    return value(variable)
        .map(value ->
            INTEGER.matcher(value).matches() ? new JsonNumber(value) : new JsonString(value))
        .flatMap(value -> read(variable, value, PORT))
        .map(OptionalInt::of)
        .orElse(OptionalInt.empty());
  }

  /** The directory to use instead of the file's. */
  Optional<Path> directory(String variable, Rule<Path> rule) {
    return value(variable).flatMap(path -> read(variable, new JsonString(path), rule));
  }

  /** The URL to use for the endpoint {@code name} instead of the file's. */
  Optional<URI> endpointUrl(String name) {
    String variable = urlVariable(name);
    return value(variable).flatMap(url -> read(variable, new JsonString(url), EndpointUrl.RULE));
  }

  /** An empty variable counts as none: that is what compose makes of one that is not set. */
  private Optional<String> value(String variable) {
    return Optional.ofNullable(variables.get(variable)).filter(value -> !value.isEmpty());
  }

  private <T> Optional<T> read(String variable, JsonValue value, Rule<T> rule) {
    return switch (rule.read(value)) {
      case Rule.Reading.Good<T>(T good) -> Optional.of(good);
      case Rule.Reading.Refused<T>(String message) -> {
        problems.error(path(variable), message);
        yield Optional.empty();
      }
    };
  }

  /** Notes every variable that would replace the URL of an endpoint that is not there. */
  void rejectUnknownEndpoints(Set<String> endpoints) {
    Set<String> known =
        endpoints.stream()
            .map(Environment::urlVariable)
            .collect(Collectors.toCollection(TreeSet::new));
    for (String variable : new TreeSet<>(variables.keySet())) {
      if (URL_VARIABLE.matcher(variable).matches() && !known.contains(variable)) {
        problems.error(
            path(variable),
            "names no endpoint of this configuration, must be one of " + String.join(", ", known));
      }
    }
  }

  static String path(String variable) {
    return "environment variable " + variable;
  }

  private static String urlVariable(String endpoint) {
    return "ENDPOINT_" + inUpperCase(endpoint) + "_URL";
  }

  /** {@code name} as names of variables spell it. */
  static String inUpperCase(String name) {
    return name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
  }
}
