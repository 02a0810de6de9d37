package xyz.trollllm.config;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The whole configuration of one instance.
 *
 * @param instance a short name for this instance in logs and records, such as {@code openhands}
 * @param port where clients connect; 0 takes any free port
 * @param opsPort where operators connect; 0 takes any free port
 * @param maxBodyBytes the longest request body accepted
 * @param pingInterval how long a stream may be silent before its client gets a sign of life; zero
 *     sends none
 * @param journal where its open requests are written down
 * @param requestsPerMinute what one user may send, 0 for no limit
 * @param storeOutage what becomes of new requests while the store does not answer
 * @param upstreams by name, each used by at least one model
 * @param models in the order of the file
 * @param publicHost the domain that leads to this instance, if it is known; shown, decides nothing
 * @param service the container that runs this instance, if it is known; shown, decides nothing
 */
public record GatewayConfig(
    String instance,
    int port,
    int opsPort,
    long maxBodyBytes,
    Duration pingInterval,
    JournalConfig journal,
    int requestsPerMinute,
    StoreOutage storeOutage,
    Map<String, UpstreamConfig> upstreams,
    List<ModelConfig> models,
    @Nullable String publicHost,
    @Nullable String service) {

  /** Idle watchdogs of clients bite after minutes, those of networks in between often after one. */
  static final Duration DEFAULT_PING_INTERVAL = Duration.ofSeconds(15);

  public GatewayConfig {
    upstreams = Collections.unmodifiableMap(new LinkedHashMap<>(upstreams));
    models = List.copyOf(models);
  }

  /** A configuration that does not say how it is deployed. */
  public GatewayConfig(
      String instance,
      int port,
      int opsPort,
      long maxBodyBytes,
      int requestsPerMinute,
      Map<String, UpstreamConfig> upstreams,
      List<ModelConfig> models) {
    this(
        instance,
        port,
        opsPort,
        maxBodyBytes,
        DEFAULT_PING_INTERVAL,
        JournalConfig.of(instance),
        requestsPerMinute,
        new StoreOutage.Refuse(),
        upstreams,
        models,
        null,
        null);
  }

  /** The upstream that answers for {@code model}. */
  public UpstreamConfig upstreamOf(ModelConfig model) {
    UpstreamConfig upstream = upstreams.get(model.upstream());
    if (upstream == null) {
      throw new IllegalArgumentException(
          "model " + model.id() + " names upstream " + model.upstream() + ", which is not defined");
    }
    return upstream;
  }
}
