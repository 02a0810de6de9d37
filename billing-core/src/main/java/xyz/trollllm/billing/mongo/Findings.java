package xyz.trollllm.billing.mongo;

import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.Usd;

/** What is found wrong in the books of one user, while they are read. Used by one thread. */
final class Findings {
  private final String userId;
  private final List<Difference> differences = new ArrayList<>();

  Findings(String userId) {
    this.userId = userId;
  }

  List<Difference> differences() {
    return differences;
  }

  void add(Difference.Kind kind, String subject, Object expected, @Nullable Object found) {
    differences.add(
        new Difference(
            kind,
            userId,
            subject,
            expected.toString(),
            found == null ? "nothing" : shown(found),
            null));
  }

  /** What is found may be anything, also something long. */
  private static String shown(Object found) {
    String text = found.toString();
    return text.length() <= 80 ? text : text.substring(0, 77) + "...";
  }

  void requireEqual(Difference.Kind kind, String subject, Usd expected, Usd found) {
    if (!expected.equals(found)) {
      differences.add(Difference.ofAmounts(kind, userId, subject, expected, found));
    }
  }

  /** Notes a balance that is further from its exact books than a double can be. */
  void requireNear(Difference.Kind kind, String subject, Usd expected, Usd found) {
    if (!LegacyDollars.isNear(expected, found)) {
      differences.add(Difference.ofAmounts(kind, userId, subject, expected, found));
    }
  }

  void requireNotNegative(String subject, long nanos) {
    if (nanos < 0) {
      add(Difference.Kind.NEGATIVE, subject, "zero or more", nanos);
    }
  }

  /** The whole number at {@code path}; zero, and perhaps a finding, if there is none. */
  long whole(Document document, String path) {
    return switch (Documents.at(document, path, Object.class)) {
      case null -> 0;
      case Long number -> number;
      case Integer number -> number;
      case Object other -> {
        add(Difference.Kind.MALFORMED, path, "a whole number", other);
        yield 0;
      }
    };
  }

  /** As {@link #whole}, and never negative. */
  long count(Document document, String path) {
    long count = whole(document, path);
    requireNotNegative(path, count);
    return count;
  }

  /** The dollars at {@code path}; zero, and perhaps a finding, if there are none. */
  Usd dollars(Document document, String path) {
    Object value = Documents.at(document, path, Object.class);
    if (value == null) {
      return Usd.ZERO;
    }
    if (value instanceof Number number && LegacyDollars.isFinite(number)) {
      return LegacyDollars.usd(number);
    }
    add(Difference.Kind.MALFORMED, path, "an amount of dollars", value);
    return Usd.ZERO;
  }

  /** The document at {@code path}; an empty one, and perhaps a finding, if there is none. */
  Document document(Document document, String path) {
    return switch (Documents.at(document, path, Object.class)) {
      case null -> new Document();
      case Document found -> found;
      case Object other -> {
        add(Difference.Kind.MALFORMED, path, "a document", other);
        yield new Document();
      }
    };
  }

  /** A date that has to be there; null, and a finding, if it is not. */
  @Nullable Date date(Document document, String name, String subject) {
    Object value = document.get(name);
    if (value instanceof Date date) {
      return date;
    }
    add(Difference.Kind.MALFORMED, subject + '.' + name, "a date", value);
    return null;
  }
}
