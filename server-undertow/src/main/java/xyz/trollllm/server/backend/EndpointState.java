package xyz.trollllm.server.backend;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.config.ConfigLoader;
import xyz.trollllm.config.ConfigProblem;
import xyz.trollllm.config.InvalidConfigException;
import xyz.trollllm.config.LoadedConfig;
import xyz.trollllm.proxy.document.PublicEndpoint;

/**
 * What is known of one endpoint. Immutable.
 *
 * @param good the last configuration that was valid; null if there has not been one yet
 * @param trouble what is wrong with the file now; null if nothing is
 */
record EndpointState(EndpointFile source, @Nullable LoadedConfig good, @Nullable Trouble trouble) {

  /** Of the instances' own environment nothing is known here, and prices do not depend on it. */
  private static final Map<String, String> NO_ENVIRONMENT = Map.of();

  /**
   * A file that cannot be used.
   *
   * @param since when it was found so first, whatever was wrong with it then
   * @param problems all of them, as {@code gateway check} tells them
   */
  record Trouble(Instant since, List<ConfigProblem> problems) {
    Trouble {
      problems = List.copyOf(problems);
    }
  }

  /** Before the first look. */
  static EndpointState unknown(EndpointFile source) {
    return new EndpointState(source, null, null);
  }

  /** What is known after a look at the file that found something new. */
  EndpointState after(FileLook look, Instant now) {
    return switch (look) {
      case FileLook.Unreadable(List<ConfigProblem> problems) -> spoilt(problems, now);
      case FileLook.Text(String text) -> {
        try {
          String name = source.file().toString();
          yield new EndpointState(
              source, ConfigLoader.loadWithWarnings(name, text, NO_ENVIRONMENT), null);
        } catch (InvalidConfigException invalid) {
          yield spoilt(invalid.problems(), now);
        }
      }
    };
  }

  private EndpointState spoilt(List<ConfigProblem> problems, Instant now) {
    Instant since = trouble == null ? now : trouble.since();
    return new EndpointState(source, good, new Trouble(since, problems));
  }

  /** The configuration that holds now, unless the file is bad. */
  Optional<LoadedConfig> valid() {
    return trouble == null ? Optional.ofNullable(good) : Optional.empty();
  }

  /** What users are told. */
  PublicEndpoint shown() {
    return new PublicEndpoint(
        source.service(),
        good == null ? null : good.config(),
        trouble == null ? null : new PublicEndpoint.Problem(trouble.since(), message()));
  }

  private String message() {
    return good == null
        ? "the configuration of this endpoint cannot be read, so its prices are not known here"
        : "the configuration of this endpoint cannot be read any more; the prices are those that"
            + " were read last";
  }
}
