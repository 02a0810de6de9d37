package xyz.trollllm.billing.mongo;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bson.Document;

/**
 * Compares one user's counters with the log while requests may be served, exactly.
 *
 * <p>The document is read, then the rows, then the document again. A row belongs to the first
 * reading unless its request was settled after that; the ids of such requests stand in the second
 * reading and not in the first, because the document keeps ids of settled requests for longer than
 * this look takes. Rows that waited in the first reading are taken from there.
 */
final class ExactLook {
  /** Shorter than the time that the ids of settled requests are kept. */
  private static final Duration LONGEST = Duration.ofSeconds(6);

  /** Rows younger than this are looked at one by one. */
  private static final Duration YOUNG = Duration.ofMinutes(1);

  /**
   * Settlements that had to wait for the store carry the time of their request's end, and their ids
   * are kept for less. So a difference must be seen several times.
   */
  private static final int LOOKS = 5;

  private static final Duration PAUSE = Duration.ofMillis(100);

  private final AuditReads reads;

  ExactLook(AuditReads reads) {
    this.reads = reads;
  }

  /** What is wrong; nothing at all if every look took too long. */
  Optional<List<Difference>> differences(String userId) {
    Optional<List<Difference>> result = Optional.empty();
    for (int look = 1; look <= LOOKS; look++) {
      Optional<List<Difference>> seen = look(userId);
      if (seen.isPresent() && seen.get().isEmpty()) {
        return seen;
      }
      result = seen.isPresent() ? seen : result;
      if (look < LOOKS && !Pause.hasPassed(PAUSE.multipliedBy(look))) {
        return result;
      }
    }
    return result;
  }

  private Optional<List<Difference>> look(String userId) {
    Findings findings = new Findings(userId);
    Document user = reads.user(userId);
    if (user == null || !user.containsKey("gw")) {
      findings.add(
          Difference.Kind.NO_BOOKS, LogRow.USER, "a user with books", user == null ? null : "none");
      return Optional.of(findings.differences());
    }
    UserBooks books = UserBooks.of(user);
    Set<String> waiting = new HashSet<>();
    books.waiting().forEach(row -> waiting.add(row.id()));
    LoggedSums sums = reads.sums(userId, books.now().minus(YOUNG), waiting);
    List<Document> young = reads.rows(userId, books.now().minus(YOUNG));
    Document again = reads.user(userId);
    if (again == null) {
      return Optional.empty();
    }
    UserBooks later = UserBooks.of(again);
    if (Duration.between(books.now(), later.now()).compareTo(LONGEST) > 0) {
      return Optional.empty();
    }
    Set<String> settledSince = new HashSet<>(later.settled());
    settledSince.removeAll(books.settled());
    for (Document row : young) {
      String id = row.getString("_id");
      if (!waiting.contains(id) && !settledSince.contains(id)) {
        sums.addRow(row);
      }
    }
    books.waiting().forEach(row -> sums.addRow(row.row()));
    books.compare(sums, findings);
    return Optional.of(findings.differences());
  }
}
