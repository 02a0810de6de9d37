package xyz.trollllm.config;

import java.util.List;

/**
 * A valid configuration together with what an operator should look at before using it.
 *
 * @param source what the configuration was read from, usually a file
 * @param config the configuration, fully checked
 * @param warnings settings that are allowed, yet rarely meant
 */
public record LoadedConfig(String source, GatewayConfig config, List<ConfigProblem> warnings) {
  public LoadedConfig {
    warnings = List.copyOf(warnings);
  }
}
