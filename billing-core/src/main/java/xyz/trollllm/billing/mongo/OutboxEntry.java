package xyz.trollllm.billing.mongo;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bson.Document;
import org.bson.types.Binary;
import org.jspecify.annotations.Nullable;

/**
 * A settled request as its user's document remembers it until its row stands in the log.
 *
 * @param id the row's {@code _id}: the request id, or that of a late charge
 * @param keptUntil until when the id must not be held again
 * @param row what is still to be written to the log; null when it is known to stand there
 */
record OutboxEntry(
    String id, Instant keptUntil, String state, String instance, @Nullable Document row) {

  private static final Set<String> KEPT =
      Set.of(LedgerStatements.EXPIRED, LedgerStatements.LATE, LedgerStatements.REFUNDED);

  /** All entries of a user's document. */
  static List<OutboxEntry> in(Document user) {
    List<OutboxEntry> entries = new ArrayList<>();
    Document outbox = Documents.at(user, Paths.OUTBOX, Document.class);
    if (outbox != null) {
      for (Map.Entry<String, Object> entry : outbox.entrySet()) {
        entries.add(of(entry.getKey(), (Document) entry.getValue()));
      }
    }
    return entries;
  }

  private static OutboxEntry of(String id, Document stored) {
    Binary row = stored.get("row", Binary.class);
    return new OutboxEntry(
        id,
        stored.getDate("x").toInstant(),
        stored.getString("s"),
        stored.getString("i"),
        row == null ? null : PackedRow.unpacked(row));
  }

  /** Whether a charge or refund may still come, or come again, for which this entry decides. */
  boolean isKept() {
    return KEPT.contains(state);
  }

  /** The row as it goes to the log; only for entries that have one. */
  Document logRow() {
    if (row == null) {
      throw new IllegalStateException("the row of " + id + " stands already");
    }
    Document logRow = new Document("_id", id);
    logRow.putAll(row);
    return logRow;
  }
}
