package xyz.trollllm.billing.mongo;

import com.mongodb.client.MongoDatabase;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bson.Document;
import xyz.trollllm.billing.Usd;

/**
 * Whether the store knows requests as settled that the journal of an instance knows as open.
 * Changes nothing; blocks. Used by one thread.
 */
public final class JournalAudit {
  private final AuditReads reads;

  public JournalAudit(MongoDatabase database) {
    this.reads = new AuditReads(database);
  }

  /**
   * A request that is open in the journal of an instance that does not run.
   *
   * @param charge what it would be charged by the journal; zero if nothing is known to be due
   * @param isFinal whether that was the charge that was about to be taken; else a later one may
   *     have been taken that the journal had no room for
   */
  public record Due(String userId, String requestId, Usd charge, boolean isFinal) {}

  /** What is wrong with such a request. */
  public Optional<Difference> differenceOf(Due due) {
    // The document first: what leaves it stands in the log before.
    Document user = reads.user(due.userId());
    if (user != null && Documents.at(user, Paths.hold(due.requestId()), Object.class) != null) {
      return Optional.of(open(due, "held"));
    }
    String late = Paths.late(due.requestId());
    Map<String, Document> rows = new HashMap<>();
    if (user != null) {
      UserBooks.of(user).waiting().forEach(row -> rows.put(row.id(), row.row()));
    }
    reads.rows(List.of(due.requestId(), late)).forEach(rows::putIfAbsent);
    Document row = rows.get(late) == null ? rows.get(due.requestId()) : rows.get(late);
    boolean nothingDue = due.charge().equals(Usd.ZERO);
    if (row == null) {
      return nothingDue ? Optional.empty() : Optional.of(open(due, "unknown"));
    }
    if (LedgerStatements.EXPIRED.equals(row.get(LogRow.BALANCE_OUTCOME))) {
      return nothingDue ? Optional.empty() : Optional.of(open(due, "expired without a charge"));
    }
    return due.isFinal() ? otherAmount(due, row) : Optional.empty();
  }

  private static Difference open(Due due, String found) {
    return new Difference(
        Difference.Kind.OPEN_IN_JOURNAL,
        due.userId(),
        due.requestId(),
        "settled with " + due.charge() + " USD",
        found,
        null);
  }

  private static Optional<Difference> otherAmount(Due due, Document row) {
    Findings findings = new Findings(due.userId());
    Usd taken = Usd.ofNanos(findings.whole(row, LogRow.NANOS));
    findings.requireEqual(
        Difference.Kind.OTHER_AMOUNT_IN_JOURNAL, due.requestId(), due.charge(), taken);
    return findings.differences().stream().findFirst();
  }
}
