package xyz.trollllm.it;

import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import xyz.trollllm.config.Api;
import xyz.trollllm.config.ConfigLoader;
import xyz.trollllm.config.GatewayConfig;
import xyz.trollllm.config.ModelConfig;
import xyz.trollllm.config.UsageSemantics;
import xyz.trollllm.server.vectors.VectorCase;
import xyz.trollllm.server.vectors.VectorCase.Need;

/** The configuration that the vectors are published with, and what it says of a case. */
record PublishedBook(Path file, GatewayConfig config) {
  static final Path VECTORS =
      Path.of(System.getProperty("gateway.deploy")).resolveSibling("vectors");

  private static final JsonMapper JSON = JsonMapper.builder().build();

  static PublishedBook asPublished() {
    return of(VECTORS.resolve("price-book.json"));
  }

  /** With every upstream said to include cached tokens in its input. */
  static PublishedBook withInclusiveUsage() {
    ObjectNode config = (ObjectNode) JSON.readTree(asPublished().file());
    config
        .path("models")
        .forEach(model -> ((ObjectNode) model).put("usage_semantics", "inclusive"));
    return of(Path.of(ConfigCopy.write(JSON.writeValueAsString(config))));
  }

  private static PublishedBook of(Path file) {
    return new PublishedBook(file, ConfigLoader.load(file, Map.of()));
  }

  /** The variables that lead every endpoint to {@code upstream}, which has to speak TLS or not. */
  Map<String, String> environment(URI upstream, boolean tls) {
    Map<String, String> environment = new HashMap<>();
    String origin = upstream.toString();
    for (JsonNode endpoint : JSON.readTree(file).path("endpoints")) {
      String path = URI.create(endpoint.path("base_url").stringValue()).getPath();
      String name = endpoint.path("name").stringValue();
      environment.put(
          "ENDPOINT_" + name.toUpperCase(Locale.ROOT).replace('-', '_') + "_URL",
          (tls ? origin.replace("http:", "https:") : origin) + path);
    }
    environment.put("OPENHANDS_API_KEY", "sk-operator-openhands");
    environment.put("OHMYGPT_API_KEY", "sk-operator-ohmygpt");
    return environment;
  }

  Api api(VectorCase vectorCase) {
    String path = vectorCase.request().target().split("\\?", 2)[0];
    return Arrays.stream(Api.values())
        .filter(api -> api.path().equals(path))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no API at " + path));
  }

  ModelConfig model(VectorCase vectorCase) {
    String id = JSON.readTree(vectorCase.request().body()).required("model").stringValue();
    return config.models().stream()
        .filter(model -> model.id().equals(id))
        .findFirst()
        .orElseThrow();
  }

  UsageSemantics semantics(VectorCase vectorCase) {
    return vectorCase.needs().contains(Need.INCLUSIVE_USAGE)
        ? UsageSemantics.INCLUSIVE
        : model(vectorCase).usageSemantics();
  }
}
