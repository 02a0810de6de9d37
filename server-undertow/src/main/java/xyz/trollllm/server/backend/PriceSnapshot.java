package xyz.trollllm.server.backend;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import xyz.trollllm.config.ConfigProblem;
import xyz.trollllm.config.ConfigSetCheck;
import xyz.trollllm.config.LoadedConfig;
import xyz.trollllm.proxy.document.PublicEndpoint;

/**
 * What is known of all endpoints at one moment. Immutable.
 *
 * @param together what was found between the configurations that are valid now
 */
record PriceSnapshot(List<EndpointState> endpoints, ConfigSetCheck.Report together) {
  PriceSnapshot {
    endpoints = List.copyOf(endpoints);
  }

  static PriceSnapshot of(List<EndpointState> endpoints) {
    List<LoadedConfig> valid =
        endpoints.stream().map(EndpointState::valid).flatMap(Optional::stream).toList();
    return new PriceSnapshot(endpoints, ConfigSetCheck.check(valid));
  }

  List<PublicEndpoint> shown() {
    return endpoints.stream().map(EndpointState::shown).toList();
  }

  /** Whether there are prices to show. */
  boolean isUseful() {
    return endpoints.stream().anyMatch(endpoint -> endpoint.good() != null);
  }

  /** All problems of all files, alone and together, in the words of {@code gateway check}. */
  List<ConfigProblem> problems() {
    return Stream.concat(
            endpoints.stream().flatMap(PriceSnapshot::problems), together.problems().stream())
        .toList();
  }

  private static Stream<ConfigProblem> problems(EndpointState endpoint) {
    EndpointState.Trouble trouble = endpoint.trouble();
    return trouble == null
        ? Stream.empty()
        : trouble.problems().stream()
            .map(problem -> problem.in(endpoint.source().file().toString()));
  }
}
