package xyz.trollllm.billing.mongo;

import com.mongodb.client.MongoDatabase;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
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
   * What is wrong with a request that is open in the journal of an instance that does not run.
   *
   * @param charge what it would be charged by the journal; zero if nothing is known to be due
   */
  public Optional<Difference> differenceOf(String userId, String requestId, Usd charge) {
    String found = state(userId, requestId, charge);
    return found == null
        ? Optional.empty()
        : Optional.of(
            new Difference(
                Difference.Kind.OPEN_IN_JOURNAL,
                userId,
                requestId,
                "settled with " + charge + " USD",
                found,
                null));
  }

  /** Null if the request is settled, or was never held and costs nothing. */
  private @Nullable String state(String userId, String requestId, Usd charge) {
    // The document first: what leaves it stands in the log before.
    Document user = reads.user(userId);
    String late = Paths.late(requestId);
    Map<String, Document> rows = new HashMap<>();
    if (user != null) {
      if (Documents.at(user, Paths.hold(requestId), Object.class) != null) {
        return "held";
      }
      UserBooks.of(user).waiting().forEach(row -> rows.put(row.id(), row.row()));
    }
    reads.rows(List.of(requestId, late)).forEach(rows::putIfAbsent);
    Document row = rows.get(requestId);
    if (row == null) {
      return charge.equals(Usd.ZERO) ? null : "unknown";
    }
    boolean isExpired =
        LedgerStatements.EXPIRED.equals(row.get(LogRow.BALANCE_OUTCOME)) && !rows.containsKey(late);
    return isExpired && !charge.equals(Usd.ZERO) ? "expired without a charge" : null;
  }
}
