package xyz.trollllm.proxy;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** How the content of an answer is coded, as far as the gateway can tell. */
enum ContentCoding {
  IDENTITY,
  GZIP,
  /** Deflate in zlib's wrapping, as RFC 9110 defines it. */
  DEFLATE,
  /** A coding that the gateway cannot take off, or several. */
  UNREADABLE;

  /** What {@code answer} says of itself; {@code identity} says nothing, however often. */
  static ContentCoding of(Headers answer) {
    List<String> codings =
        elements(answer, "content-encoding").filter(coding -> !coding.equals("identity")).toList();
    if (codings.isEmpty()) {
      return IDENTITY;
    }
    return codings.size() > 1 ? UNREADABLE : named(codings.getFirst());
  }

  private static ContentCoding named(String name) {
    return switch (name) {
      case "identity" -> IDENTITY;
      case "gzip", "x-gzip" -> GZIP;
      case "deflate" -> DEFLATE;
      default -> UNREADABLE;
    };
  }

  /**
   * Whether the sender of {@code request} takes answers in this coding. Who does not say so is not
   * taken at the letter of RFC 9110, by which anything would do.
   */
  boolean isOfferedBy(Headers request) {
    boolean anyOther = false;
    for (String element : elements(request, "accept-encoding").toList()) {
      String[] parts = element.split(";", 2);
      boolean wanted = parts.length == 1 || !isZero(parts[1]);
      if (named(parts[0].strip()) == this) {
        return wanted;
      }
      anyOther |= parts[0].strip().equals("*") && wanted;
    }
    return anyOther;
  }

  private static boolean isZero(String weight) {
    return weight.replace(" ", "").matches("q=0(\\.0*)?");
  }

  private static Stream<String> elements(Headers headers, String name) {
    return headers.all(name).stream()
        .flatMap(value -> Stream.of(value.toLowerCase(Locale.ROOT).split(",", -1)))
        .map(String::strip)
        .filter(element -> !element.isEmpty());
  }
}
