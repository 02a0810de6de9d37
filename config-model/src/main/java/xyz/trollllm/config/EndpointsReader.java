package xyz.trollllm.config;

import java.net.URI;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads {@code endpoints}: the URLs of every upstream, by the API it is spoken to in. */
final class EndpointsReader {
  private static final String UPSTREAM_NAME = "[a-z0-9][a-z0-9-]*";
  private static final Rule<String> ENDPOINT_NAME =
      Rules.textLike(
          UPSTREAM_NAME + "-(anthropic|openai|responses|embeddings)",
          "\"<upstream>-\" and anthropic, openai, responses or embeddings, in lower case");
  private static final URI NO_URL = URI.create("https://invalid/");

  private final Environment environment;
  private final Map<String, Map<Api, URI>> upstreams = new LinkedHashMap<>();
  private final Map<String, String> pathsByName = new HashMap<>();

  EndpointsReader(Environment environment) {
    this.environment = environment;
  }

  Map<String, Map<Api, URI>> read(ObjectReader instance) {
    for (ObjectReader endpoint : instance.requiredObjects("endpoints", ConfigSection.ENDPOINT)) {
      read(endpoint.required("name", ENDPOINT_NAME, ""), endpoint);
    }
    if (!pathsByName.isEmpty()) {
      environment.rejectUnknownEndpoints(pathsByName.keySet());
    }
    return upstreams;
  }

  private void read(String name, ObjectReader endpoint) {
    URI url = endpoint.required("base_url", EndpointUrl.RULE, NO_URL);
    if (url.getRawPath().length() <= 1) {
      endpoint.warning(
          "base_url", "has no path: requests go to exactly this URL, which is rarely meant");
    }
    endpoint.rejectUnknownKeys();
    if (name.isEmpty()) {
      return;
    }
    String earlier = pathsByName.putIfAbsent(name, endpoint.path("name"));
    if (earlier != null) {
      endpoint.error("name", Quoted.of(name) + " is already taken by " + earlier);
      return;
    }
    for (Api api : Api.values()) {
      String suffix = "-" + api.endpointSuffix();
      if (name.endsWith(suffix)) {
        String upstream = name.substring(0, name.length() - suffix.length());
        upstreams
            .computeIfAbsent(upstream, _ -> new EnumMap<>(Api.class))
            .put(api, environment.endpointUrl(name).orElse(url));
      }
    }
  }
}
