package xyz.trollllm.billing.mongo;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.bson.Document;
import org.jspecify.annotations.Nullable;

/**
 * A settled request as its user's document remembers it until its row stands in the log, and then
 * until no straggling statement can want to hold its id again.
 *
 * @param id the row's {@code _id}: the request id, or that of a late charge
 * @param row what is still to be written to the log; null when it is known to stand there
 */
record OutboxEntry(
    String id,
    Instant keptUntil,
    @Nullable String state,
    @Nullable String instance,
    @Nullable Document row) {

  /** All entries of a user's document. */
  static List<OutboxEntry> in(Document user) {
    List<OutboxEntry> entries = new ArrayList<>();
    Document outbox = Documents.at(user, Paths.OUTBOX, Document.class);
    if (outbox != null) {
      for (Map.Entry<String, Object> entry : outbox.entrySet()) {
        entries.add(of(entry.getKey(), entry.getValue()));
      }
    }
    return entries;
  }

  private static OutboxEntry of(String id, Object stored) {
    return switch (stored) {
      case Date keptUntil -> new OutboxEntry(id, keptUntil.toInstant(), null, null, null);
      case Document entry ->
          new OutboxEntry(
              id,
              entry.getDate("x").toInstant(),
              entry.getString("s"),
              entry.getString("i"),
              entry.get("row", Document.class));
      default ->
          throw new IllegalStateException("outbox entry " + id + " is a " + stored.getClass());
    };
  }

  /** An entry whose state is still asked for after its row stands. */
  boolean mayBeSettledLate() {
    return LedgerStatements.EXPIRED.equals(state);
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
