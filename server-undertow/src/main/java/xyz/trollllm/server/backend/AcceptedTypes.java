package xyz.trollllm.server.backend;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import xyz.trollllm.proxy.Headers;

/**
 * What a client's {@code accept} says, by the rules of RFC 9110, 12.5.1: of the ranges that a type
 * is in the narrowest decides, and weights are numbers from 0 to 1. What cannot be read is ignored.
 */
final class AcceptedTypes {
  private static final Pattern WEIGHT = Pattern.compile("q=([01](?:\\.[0-9]{0,3})?)");

  private final List<Range> ranges;

  /** A range of types, with or without asterisks, and how welcome they are. */
  private record Range(String types, BigDecimal weight) {
    static Range of(String text) {
      String[] parts = text.split(";", -1);
      BigDecimal weight = BigDecimal.ONE;
      for (String parameter : parts) {
        var found = WEIGHT.matcher(parameter.strip());
        if (found.matches()) {
          weight = new BigDecimal(found.group(1));
        }
      }
      return new Range(parts[0].strip(), weight);
    }
  }

  AcceptedTypes(Headers request) {
    ranges =
        request.all("accept").stream()
            .flatMap(value -> List.of(value.toLowerCase(Locale.ROOT).split(",", -1)).stream())
            .map(Range::of)
            .toList();
  }

  /** Whether {@code type} is more welcome than {@code other}, or as welcome and the one named. */
  boolean prefers(String type, String other) {
    int difference = weight(type).compareTo(weight(other));
    return difference > 0
        || (difference == 0 && weight(type).signum() > 0 && names(type) && !names(other));
  }

  private boolean names(String type) {
    return ranges.stream().anyMatch(range -> range.types.equals(type));
  }

  private BigDecimal weight(String type) {
    for (String range : List.of(type, type.replaceFirst("/.*", "/*"), "*/*")) {
      for (Range accepted : ranges) {
        if (accepted.types.equals(range)) {
          return accepted.weight;
        }
      }
    }
    return BigDecimal.ZERO;
  }
}
