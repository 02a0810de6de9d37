package xyz.trollllm.config;

import java.util.regex.Pattern;

/** Names a place in a JSON document: {@code $.models[0].id}. */
final class JsonPath {
  private static final Pattern PLAIN_KEY = Pattern.compile("[A-Za-z0-9_$-]{1,80}");

  private JsonPath() {}

  static String member(String path, String key) {
    return PLAIN_KEY.matcher(key).matches() ? path + "." + key : path + "[" + Quoted.of(key) + "]";
  }

  static String item(String path, int index) {
    return path + "[" + index + "]";
  }
}
