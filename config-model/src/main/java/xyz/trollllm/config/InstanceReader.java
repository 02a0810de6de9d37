package xyz.trollllm.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads the top level of a file: one instance of the gateway. */
final class InstanceReader {
  private static final int HIGHEST_PORT = 65_535;
  private static final int OPS_PORT_OFFSET = 1_000;
  private static final long DEFAULT_MAX_BODY_BYTES = 32L << 20;

  private static final Rule<Integer> PORT = Rules.wholeNumber(1, HIGHEST_PORT);

  private static final Rule<String> SHORT_NAME =
      Rules.textLike(
          "[a-z0-9][a-z0-9-]{0,39}", "a short name of lower-case letters, digits and dashes");

  private static final Rule<String> HOST =
      Rules.textLike(
          "([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)*[a-z0-9]([a-z0-9-]*[a-z0-9])?",
          "a host name in lower case, such as \"chat.example.com\"");

  private static final Rule<Path> DIRECTORY = Rules.directory();

  private static final Map<String, JournalConfig.Sync> SYNCS =
      Map.of("none", JournalConfig.Sync.NONE, "group", JournalConfig.Sync.GROUP);

  /** Room for thousands of requests under way, and no more than a small disk has. */
  private static final Rule<Integer> SEGMENT_BYTES = Rules.wholeNumber(1 << 20, 1 << 30);

  private static final Rule<String> HEADER_VALUE =
      Rules.textLike(
          "[\\x21-\\x7e]([\\x20-\\x7e]{0,498}[\\x21-\\x7e])?", "a header value in ASCII");

  private final ObjectReader json;
  private final Environment environment;
  private final Problems problems;

  InstanceReader(ObjectReader json, Environment environment, Problems problems) {
    this.json = json;
    this.environment = environment;
    this.problems = problems;
  }

  /** The configuration, unless something is wrong with it. */
  Optional<GatewayConfig> read() {
    json.optional("$schema", Rules.text());
    int filePort = json.required("port", PORT, 1);
    int port = environment.port("PORT").orElse(filePort);
    int opsPort = opsPort(port);
    long maxBodyBytes =
        json.optional(
            "max_body_bytes", Rules.wholeNumber(1L, Integer.MAX_VALUE), DEFAULT_MAX_BODY_BYTES);
    int pingSeconds =
        json.optional(
            "ping_seconds",
            Rules.wholeNumber(0, 3600),
            (int) GatewayConfig.DEFAULT_PING_INTERVAL.toSeconds());
    String service = json.optional("service", SHORT_NAME).orElse(null);
    String instance =
        json.optional("instance", SHORT_NAME, service == null ? "gateway-" + filePort : service);
    JournalConfig journal = journal(instance);
    int requestsPerMinute = requestsPerMinute();
    StoreOutage storeOutage = StoreOutageReader.read(json);
    String publicHost = json.optional("public_host", HOST).orElse(null);
    Map<String, Map<Api, URI>> endpoints = new EndpointsReader(environment).read(json);
    Map<String, UpstreamConfig> upstreams = upstreams(endpoints);
    List<ModelConfig> models = models(endpoints);
    warnOfKeysWithoutEffect();
    json.rejectUnknownKeys();
    if (!json.isSound()) {
      return Optional.empty();
    }
    return Optional.of(
        new GatewayConfig(
            instance,
            port,
            opsPort,
            maxBodyBytes,
            Duration.ofSeconds(pingSeconds),
            journal,
            requestsPerMinute,
            storeOutage,
            onlyUsed(upstreams, models),
            models,
            publicHost,
            service));
  }

  private int opsPort(int port) {
    Optional<Integer> inFile = json.optional("ops_port", PORT);
    OptionalInt inEnvironment = environment.port("OPS_PORT");
    if (inEnvironment.isEmpty() && inFile.isEmpty()) {
      return defaultOpsPort(port);
    }
    int opsPort = inEnvironment.orElseGet(() -> inFile.orElse(0));
    if (opsPort == port && port != 0) {
      json.error("ops_port", "must differ from port, was " + port);
    }
    return opsPort;
  }

  private int defaultOpsPort(int port) {
    if (port > HIGHEST_PORT - OPS_PORT_OFFSET) {
      json.error("ops_port", "is missing, and port + 1000 is above " + HIGHEST_PORT);
    }
    return port == 0 ? 0 : port + OPS_PORT_OFFSET;
  }

  private JournalConfig journal(String instance) {
    JournalConfig ifAbsent = JournalConfig.of(instance);
    ObjectReader journal =
        json.object("journal", ConfigSection.JOURNAL)
            .orElseGet(
                () -> ObjectReader.empty(json.path("journal"), ConfigSection.JOURNAL, problems));
    Path inFile = journal.optional("directory", DIRECTORY, ifAbsent.directory());
    JournalConfig read =
        new JournalConfig(
            environment.directory("JOURNAL_DIRECTORY", DIRECTORY).orElse(inFile),
            journal.optional("sync", Rules.oneOf(SYNCS), ifAbsent.sync()),
            journal.optional("segment_bytes", SEGMENT_BYTES, ifAbsent.segmentBytes()));
    journal.rejectUnknownKeys();
    return read;
  }

  private int requestsPerMinute() {
    return json.object("rate_limit", ConfigSection.RATE_LIMIT)
        .map(limit -> {
          int requests =
              limit.required("requests_per_minute", Rules.wholeNumber(0, Integer.MAX_VALUE), 0);
          limit.rejectUnknownKeys();
          return requests;
        })
        .orElse(0);
  }

  private Map<String, UpstreamConfig> upstreams(Map<String, Map<Api, URI>> endpoints) {
    @Nullable String userAgent = json.optional("user_agent", HEADER_VALUE).orElse(null);
    return new UpstreamsReader(endpoints, userAgent, problems).read(json);
  }

  private List<ModelConfig> models(Map<String, Map<Api, URI>> endpoints) {
    ModelReader reader = new ModelReader(endpoints);
    List<ModelConfig> models = new ArrayList<>();
    for (ObjectReader model : json.requiredObjects("models", ConfigSection.MODEL)) {
      models.add(reader.read(model));
    }
    Set<CreditField> fields =
        models.stream().map(ModelConfig::creditField).collect(Collectors.toSet());
    if (fields.size() > 1 && json.isSound()) {
      json.warning(
          "models",
          "pay from both credits and creditsNew, though one public endpoint should use one field");
    }
    return models;
  }

  private void warnOfKeysWithoutEffect() {
    String prompt = json.optional("system_prompt", Rules.text(), "");
    if (!prompt.isBlank()) {
      json.warning("system_prompt", "is set, but changes nothing yet: prompts are forwarded as is");
    }
  }

  /** An upstream that no model uses needs no keys and no connections. */
  private Map<String, UpstreamConfig> onlyUsed(
      Map<String, UpstreamConfig> upstreams, List<ModelConfig> models) {
    Set<String> used = models.stream().map(ModelConfig::upstream).collect(Collectors.toSet());
    Map<String, UpstreamConfig> kept = new LinkedHashMap<>(upstreams);
    for (String name : upstreams.keySet()) {
      if (!used.contains(name)) {
        json.warning("endpoints", "upstream " + Quoted.of(name) + " is used by no model");
        kept.remove(name);
      }
    }
    return kept;
  }
}
