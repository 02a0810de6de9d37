package xyz.trollllm.config;

import static java.util.stream.Collectors.joining;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The operator's API keys for every upstream, from the environment. Immutable; never prints a key.
 */
public final class UpstreamKeys {
  private static final Pattern HEADER_TOKEN = Pattern.compile("[\\x21-\\x7e]+");

  private final Map<String, List<String>> keysByUpstream;

  private UpstreamKeys(Map<String, List<String>> keysByUpstream) {
    this.keysByUpstream = keysByUpstream;
  }

  /**
   * Finds the keys of all upstreams of {@code config}. A variable holds one key, or several
   * separated by commas.
   *
   * @throws InvalidConfigException naming every variable that holds no usable key
   */
  public static UpstreamKeys resolve(GatewayConfig config, Map<String, String> environment) {
    Map<String, List<String>> keysByUpstream = new TreeMap<>();
    Problems problems = new Problems();
    for (UpstreamConfig upstream : new TreeMap<>(config.upstreams()).values()) {
      List<String> keys = split(environment.getOrDefault(upstream.apiKeyVariable(), ""));
      check(keys, upstream, problems);
      keysByUpstream.put(upstream.name(), keys);
    }
    if (!problems.errors().isEmpty()) {
      throw new InvalidConfigException("the environment", problems.errors());
    }
    return new UpstreamKeys(keysByUpstream);
  }

  private static List<String> split(String variable) {
    return Arrays.stream(variable.split(",", -1))
        .map(String::strip)
        .filter(key -> !key.isEmpty())
        .distinct()
        .toList();
  }

  private static void check(List<String> keys, UpstreamConfig upstream, Problems problems) {
    String path = Environment.path(upstream.apiKeyVariable());
    String owner = "upstream " + Quoted.of(upstream.name());
    if (keys.isEmpty()) {
      problems.error(
          path,
          "is missing or empty, must hold the API key of "
              + owner
              + ", or several separated by commas");
    }
    for (int i = 0; i < keys.size(); i++) {
      if (!HEADER_TOKEN.matcher(keys.get(i)).matches()) {
        problems.error(
            path,
            "key %d of %d for %s has a space or a character that no header can carry"
                .formatted(i + 1, keys.size(), owner));
      }
    }
  }

  /** The keys of {@code upstream}, at least one, in the order they were given. */
  public List<String> of(UpstreamConfig upstream) {
    List<String> keys = keysByUpstream.get(upstream.name());
    if (keys == null) {
      throw new IllegalArgumentException("no keys were resolved for upstream " + upstream.name());
    }
    return keys;
  }

  /** How many keys each upstream has; safe to log. */
  @Override
  public String toString() {
    return keysByUpstream.entrySet().stream()
        .map(entry -> entry.getKey() + ": " + entry.getValue().size())
        .collect(joining(", ", "UpstreamKeys[", "]"));
  }
}
