package xyz.trollllm.proxy.document;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The query of a request for one of our own documents.
 *
 * @param text without the question mark, as it came; null if there was none
 */
public record Query(@Nullable String text) {

  /** The first value of a parameter, unless it is empty. */
  public Optional<String> first(String name) {
    if (text == null) {
      return Optional.empty();
    }
    for (String parameter : text.split("&", -1)) {
      String[] parts = parameter.split("=", 2);
      if (parts.length == 2 && parts[0].equals(name) && !parts[1].isEmpty()) {
        return Optional.of(decoded(parts[1]));
      }
    }
    return Optional.empty();
  }

  /** The parameter {@code limit}: {@code usual} without one, empty if it is not 1 to most. */
  public OptionalInt limit(int usual, int most) {
    String limit = first("limit").orElse(Integer.toString(usual));
    if (!limit.matches("[0-9]{1,9}")) {
      return OptionalInt.empty();
    }
    int value = Integer.parseInt(limit);
    return value < 1 || value > most ? OptionalInt.empty() : OptionalInt.of(value);
  }

  private static String decoded(String value) {
    try {
      return URLDecoder.decode(value, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException notEncoded) {
      return value;
    }
  }
}
