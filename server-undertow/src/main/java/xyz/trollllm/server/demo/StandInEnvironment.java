package xyz.trollllm.server.demo;

import java.net.URI;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import xyz.trollllm.config.Api;
import xyz.trollllm.config.GatewayConfig;
import xyz.trollllm.config.UpstreamConfig;
import xyz.trollllm.server.standin.StandInUpstream;

/** An environment in which every endpoint that is not set otherwise leads to the stand-in. */
final class StandInEnvironment {
  private StandInEnvironment() {}

  static Map<String, String> of(
      GatewayConfig config, URI standIn, Map<String, String> environment) {
    Map<String, String> completed = new HashMap<>(environment);
    for (UpstreamConfig upstream : config.upstreams().values()) {
      for (Api api : upstream.endpoints().keySet()) {
        completed.putIfAbsent(variable(upstream, api), standIn + api.path());
      }
      completed.putIfAbsent(upstream.apiKeyVariable(), StandInUpstream.KEY);
    }
    return completed;
  }

  private static String variable(UpstreamConfig upstream, Api api) {
    String endpoint = upstream.name() + "-" + api.endpointSuffix();
    return "ENDPOINT_" + endpoint.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_") + "_URL";
  }
}
