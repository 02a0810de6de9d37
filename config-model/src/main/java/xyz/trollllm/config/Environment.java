package xyz.trollllm.config;

import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import xyz.trollllm.config.JsonValue.JsonNumber;
import xyz.trollllm.config.JsonValue.JsonString;

/**
 * Environment variables that replace a value of the file, for tests and demos: {@code PORT}, {@code
 * OPS_PORT}, {@code ENDPOINT_<NAME>_URL}.
 */
final class Environment {
  private static final Rule<Integer> PORT = Rules.wholeNumber(0, 65_535);
  private static final String URL_PREFIX = "ENDPOINT_";
  private static final String URL_SUFFIX = "_URL";

  private final Map<String, String> variables;
  private final Problems problems;

  Environment(Map<String, String> variables, Problems problems) {
    this.variables = variables;
    this.problems = problems;
  }

  /** The port that {@code variable} asks for, 0 for any free one. */
  OptionalInt port(String variable) {
    return read(variable, PORT, JsonNumber::new).map(OptionalInt::of).orElse(OptionalInt.empty());
  }

  /** The URL to use for the endpoint {@code name} instead of the file's. */
  Optional<URI> endpointUrl(String name) {
    return read(urlVariable(name), EndpointUrl.RULE, JsonString::new);
  }

  private <T> Optional<T> read(String variable, Rule<T> rule, Function<String, JsonValue> form) {
    String value = variables.get(variable);
    if (value == null) {
      return Optional.empty();
    }
    return switch (rule.read(form.apply(value))) {
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
      if (variable.startsWith(URL_PREFIX)
          && variable.endsWith(URL_SUFFIX)
          && !known.contains(variable)) {
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
    return URL_PREFIX + endpoint.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_") + URL_SUFFIX;
  }
}
