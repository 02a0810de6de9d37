package xyz.trollllm.server.backend;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import xyz.trollllm.proxy.document.PublicEndpoint;

/** How the page spells numbers, times and names. */
final class PageText {
  private static final DateTimeFormatter MINUTE =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private PageText() {}

  /** All digits of an amount or a factor, and none that say nothing. */
  static String plain(BigDecimal number) {
    return number.stripTrailingZeros().toPlainString();
  }

  /** A count with its thousands apart. */
  static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** "a", "a and b", "a, b and c". */
  static String and(List<String> words) {
    return words.size() < 2
        ? String.join("", words)
        : String.join(", ", words.subList(0, words.size() - 1)) + " and " + words.getLast();
  }

  static void problem(Html html, PublicEndpoint.Problem problem) {
    Instant since = problem.since();
    html.open("p", "class", "problem").element("strong", "Attention: ");
    html.text(problem.message()).text(" (since ");
    html.element("time", MINUTE.format(since), "datetime", since.toString()).text(").").close();
  }

  /** Where the prices of an endpoint are on the page. */
  static String anchor(PublicEndpoint endpoint) {
    return "prices-" + endpoint.service();
  }
}
