package xyz.trollllm.proxy.admission;

import java.util.ArrayList;
import java.util.List;
import xyz.trollllm.proxy.Headers;

/**
 * The keys that a request presents: {@code x-api-key} and {@code Authorization}, the latter with or
 * without the word Bearer. Some clients send the same key in both; different keys are kept apart.
 */
final class PresentedKeys {
  private static final String BEARER = "bearer ";

  private PresentedKeys() {}

  static List<ApiKey> of(Headers headers) {
    List<ApiKey> keys = new ArrayList<>();
    headers.all("x-api-key").forEach(value -> add(keys, value));
    headers.all("authorization").forEach(value -> add(keys, withoutScheme(value)));
    return keys;
  }

  private static void add(List<ApiKey> keys, String value) {
    String key = value.strip();
    if (!key.isEmpty()) {
      ApiKey presented = new ApiKey(key);
      if (!keys.contains(presented)) {
        keys.add(presented);
      }
    }
  }

  private static String withoutScheme(String value) {
    String credentials = value.strip();
    return credentials.regionMatches(true, 0, BEARER, 0, BEARER.length())
        ? credentials.substring(BEARER.length())
        : credentials;
  }
}
