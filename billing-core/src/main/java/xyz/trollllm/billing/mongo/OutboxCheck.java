package xyz.trollllm.billing.mongo;

import java.nio.BufferUnderflowException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.bson.BSONException;
import org.bson.Document;
import org.bson.types.Binary;
import org.jspecify.annotations.Nullable;

/** Whether what a user's document keeps of settled requests is readable, and leaves in time. */
final class OutboxCheck {
  /** After this long somebody must have brought a row to the log, unless no instance runs. */
  private static final Duration DRAINED_AFTER = Duration.ofMinutes(10);

  private static final String ROW = "row";

  private final Findings findings;
  private final Instant now;
  private final List<WaitingRow> waiting = new ArrayList<>();

  OutboxCheck(Findings findings, Instant now) {
    this.findings = findings;
    this.now = now;
  }

  /**
   * Returns the rows that wait.
   *
   * @param settled gets the ids of all entries, and those of the past
   */
  List<WaitingRow> check(Document user, Set<String> settled) {
    Document outbox = findings.document(user, Paths.OUTBOX);
    Document past = findings.document(user, Past.path());
    outbox.forEach((id, entry) -> {
      settled.add(id);
      check(id, entry);
    });
    past.forEach((array, ids) -> checkPast(array, ids, settled));
    if (!(outbox.isEmpty() && past.isEmpty())
        && !Boolean.TRUE.equals(Documents.at(user, Paths.DIRTY, Object.class))) {
      findings.add(
          Difference.Kind.NOT_MARKED,
          Paths.DIRTY,
          true,
          Documents.at(user, Paths.DIRTY, Object.class));
    }
    return waiting;
  }

  private void check(String id, Object stored) {
    String path = Paths.outbox(id);
    if (!(stored instanceof Document entry)) {
      findings.add(Difference.Kind.MALFORMED, path, "an entry", stored);
      return;
    }
    if (!(entry.get("s") instanceof String state) || !LedgerStatements.STATES.contains(state)) {
      findings.add(Difference.Kind.MALFORMED, path + ".s", "how the request ended", entry.get("s"));
    }
    Date keptUntil = findings.date(entry, "x", path);
    if (entry.containsKey(ROW)) {
      Document row = unpacked(path, entry.get(ROW));
      if (row != null) {
        Date created = findings.date(row, LogRow.CREATED, path + ".row");
        requireDrained(path, created);
        waiting.add(WaitingRow.of(id, row));
      }
    } else {
      requireDrained(path, keptUntil);
    }
  }

  private @Nullable Document unpacked(String path, Object packed) {
    if (packed instanceof Binary binary) {
      try {
        return PackedRow.unpacked(binary);
      } catch (BSONException | IllegalArgumentException | BufferUnderflowException e) {
        findings.add(Difference.Kind.MALFORMED, path + ".row", "a readable row", e.getMessage());
        return null;
      }
    }
    findings.add(Difference.Kind.MALFORMED, path + ".row", "a packed row", packed);
    return null;
  }

  private void requireDrained(String path, @Nullable Date since) {
    if (since != null && since.toInstant().plus(DRAINED_AFTER).isBefore(now)) {
      findings.add(
          Difference.Kind.NOT_DRAINED, path, "gone soon after " + since.toInstant(), "there");
    }
  }

  private void checkPast(String array, Object ids, Set<String> settled) {
    String path = Past.path(array);
    if (!(ids instanceof List<?> list) || !array.matches("\\d{1,15}")) {
      findings.add(Difference.Kind.MALFORMED, path, "ids by the time they may be forgotten", ids);
      return;
    }
    list.forEach(id -> settled.add(String.valueOf(id)));
    if (Past.isOver(array, now.minus(DRAINED_AFTER))) {
      findings.add(Difference.Kind.NOT_DRAINED, path, "forgotten in time", list.size() + " id(s)");
    }
  }
}
