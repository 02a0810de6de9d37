package xyz.trollllm.proxy.wire;

import java.util.Locale;

/** Names of members as a server takes them that does not look at the case of their letters. */
final class JsonKeys {
  private JsonKeys() {}

  /** By way of upper case, since the long s and others are the same letter only there. */
  static String folded(String key) {
    return key.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
  }
}
