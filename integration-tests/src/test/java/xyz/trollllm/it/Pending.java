package xyz.trollllm.it;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Vectors that are published and do not pass yet, with the feature that is missing. */
final class Pending {
  private static final Map<String, String> VECTORS = Map.of();

  /** Framings that do not pass yet at any level with sockets. */
  static final Map<String, String> FRAMINGS = Map.of();

  private Pending() {}

  static Set<String> vectors() {
    return VECTORS.keySet();
  }

  /** What is missing for a vector to pass; empty if it has to. */
  static Optional<String> feature(String vector) {
    return Optional.ofNullable(VECTORS.get(vector));
  }
}
