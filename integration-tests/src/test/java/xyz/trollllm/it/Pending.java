package xyz.trollllm.it;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Vectors that are published and do not pass yet, with the feature that is missing. */
final class Pending {
  private static final Map<String, String> VECTORS =
      Map.ofEntries(
          Map.entry("V10", "count_tokens"),
          Map.entry("V14", "sub-inferences"),
          Map.entry("V15", "sub-inferences"),
          Map.entry("V31", "the upstream's own cost in the log"),
          Map.entry("V35", "lists of models"),
          Map.entry("V49", "dropping a byte order mark and decoding gzip"));

  /** Framings that do not pass yet at any level with sockets. */
  static final Map<String, String> FRAMINGS =
      Map.of("byte order mark", "dropping a byte order mark");

  private Pending() {}

  static Set<String> vectors() {
    return VECTORS.keySet();
  }

  /** What is missing for a vector to pass; empty if it has to. */
  static Optional<String> feature(String vector) {
    return Optional.ofNullable(VECTORS.get(vector));
  }
}
