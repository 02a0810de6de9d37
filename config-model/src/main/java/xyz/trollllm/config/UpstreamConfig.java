package xyz.trollllm.config;

import java.net.URI;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One place that requests are forwarded to.
 *
 * @param name such as {@code openhands}
 * @param endpoints the complete URL for each API it speaks
 * @param apiKeyVariable the environment variable that holds its API keys, never the keys themselves
 * @param auth how it wants a key presented
 * @param maxConnections requests in flight at once; more are refused with 503
 * @param connectTimeout from dialling to a connection, TLS included
 * @param responseTimeout from the request's last byte to the answer's first
 * @param idleTimeout between two reads of an answer
 * @param userAgent sent instead of the client's own, if configured
 * @param requestsPerMinute what this instance may send it in all, 0 for no limit: instances that
 *     share a key each get a part of what it allows
 * @param tokensPerMinute likewise for tokens of all kinds, 0 for no limit
 */
public record UpstreamConfig(
    String name,
    Map<Api, URI> endpoints,
    String apiKeyVariable,
    AuthStyle auth,
    int maxConnections,
    Duration connectTimeout,
    Duration responseTimeout,
    Duration idleTimeout,
    @Nullable String userAgent,
    int requestsPerMinute,
    long tokensPerMinute) {

  public UpstreamConfig {
    Map<Api, URI> ordered = new EnumMap<>(Api.class);
    ordered.putAll(endpoints);
    endpoints = Collections.unmodifiableMap(ordered);
  }

  /** An upstream without limits per minute. */
  public UpstreamConfig(
      String name,
      Map<Api, URI> endpoints,
      String apiKeyVariable,
      AuthStyle auth,
      int maxConnections,
      Duration connectTimeout,
      Duration responseTimeout,
      Duration idleTimeout,
      @Nullable String userAgent) {
    this(
        name,
        endpoints,
        apiKeyVariable,
        auth,
        maxConnections,
        connectTimeout,
        responseTimeout,
        idleTimeout,
        userAgent,
        0,
        0);
  }

  /** How a key is presented to an upstream. */
  public enum AuthStyle {
    /** {@code Authorization: Bearer KEY}. */
    BEARER,
    /** {@code x-api-key: KEY}. */
    X_API_KEY,
    /** Both headers. */
    BOTH
  }
}
