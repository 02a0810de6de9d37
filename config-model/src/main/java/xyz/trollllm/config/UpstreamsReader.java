package xyz.trollllm.config;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.config.UpstreamConfig.AuthStyle;

/**
 * Reads {@code upstreams}: how each upstream is spoken to. Upstreams not listed get the defaults.
 */
final class UpstreamsReader {
  private static final int LONGEST_SECONDS = 86_400;
  private static final int MOST_CONNECTIONS = 100_000;
  private static final long MOST_TOKENS_PER_MINUTE = 1_000_000_000_000L;

  private static final Rule<Integer> SECONDS = Rules.wholeNumber(1, LONGEST_SECONDS);

  /** A name only. Whoever puts a key here by mistake must not find it in a log. */
  private static final Rule<String> VARIABLE =
      Rules.unshown(
          Rules.textLike(
              "[A-Z_][A-Z0-9_]*",
              "the name of an environment variable in upper case, such as OPENHANDS_API_KEY"));

  private static final Rule<AuthStyle> AUTH =
      Rules.oneOf(
          Map.of(
              "bearer",
              AuthStyle.BEARER,
              "x-api-key",
              AuthStyle.X_API_KEY,
              "both",
              AuthStyle.BOTH));

  private final Map<String, Map<Api, URI>> endpoints;
  private final @Nullable String userAgent;
  private final Problems problems;

  UpstreamsReader(
      Map<String, Map<Api, URI>> endpoints, @Nullable String userAgent, Problems problems) {
    this.endpoints = endpoints;
    this.userAgent = userAgent;
    this.problems = problems;
  }

  /** The upstreams by name, in the order of their endpoints. */
  Map<String, UpstreamConfig> read(ObjectReader instance) {
    Map<String, UpstreamConfig> upstreams = new LinkedHashMap<>();
    Map<String, String> pathsByName = new LinkedHashMap<>();
    for (ObjectReader upstream : instance.objects("upstreams", ConfigSection.UPSTREAM)) {
      String name = upstream.required("name", Rules.label(), "");
      UpstreamConfig config = upstream(name, upstream);
      upstream.rejectUnknownKeys();
      if (name.isEmpty()) {
        continue;
      }
      String earlier = pathsByName.putIfAbsent(name, upstream.path("name"));
      if (earlier != null) {
        upstream.error("name", Quoted.of(name) + " is already taken by " + earlier);
      } else if (!endpoints.containsKey(name) && !endpoints.isEmpty()) {
        upstream.error("name", noEndpoint(name, endpoints));
      }
      upstreams.put(name, config);
    }
    for (String name : endpoints.keySet()) {
      if (!upstreams.containsKey(name)) {
        upstreams.put(
            name, upstream(name, ObjectReader.empty("$", ConfigSection.UPSTREAM, problems)));
      }
    }
    return upstreams;
  }

  private UpstreamConfig upstream(String name, ObjectReader json) {
    return new UpstreamConfig(
        name,
        endpoints.getOrDefault(name, Map.of()),
        json.optional("api_key_variable", VARIABLE, defaultVariable(name)),
        json.optional("auth", AUTH, AuthStyle.BEARER),
        json.optional("max_connections", Rules.wholeNumber(1, MOST_CONNECTIONS), 512),
        seconds(json, "connect_timeout_seconds", 5),
        seconds(json, "response_timeout_seconds", 600),
        seconds(json, "idle_timeout_seconds", 600),
        userAgent,
        json.optional("requests_per_minute", Rules.wholeNumber(0, Integer.MAX_VALUE), 0),
        json.optional("tokens_per_minute", Rules.wholeNumber(0, MOST_TOKENS_PER_MINUTE), 0L));
  }

  private static Duration seconds(ObjectReader json, String key, int ifAbsent) {
    return Duration.ofSeconds(json.optional(key, SECONDS, ifAbsent));
  }

  private static String defaultVariable(String name) {
    return Environment.inUpperCase(name) + "_API_KEY";
  }

  /** Why the upstream {@code name} is unknown, and which are not. */
  static String noEndpoint(String name, Map<String, ?> endpoints) {
    List<String> known = new ArrayList<>(endpoints.keySet());
    return Quoted.of(name)
        + " has no endpoint, known upstreams are "
        + String.join(", ", known)
        + Suggestion.among(known, name);
  }
}
