package xyz.trollllm.billing.mongo;

import java.util.List;
import org.bson.Document;

/** A row that waits in a user's outbox for its place in the log; as much of it as is compared. */
record WaitingRow(String id, Document row) {
  private static final List<String> COMPARED =
      List.of(
          LogRow.USER,
          LogRow.FIELD,
          LogRow.TYPE,
          LogRow.BALANCE_OUTCOME,
          LogRow.NANOS,
          LogRow.DOLLARS);

  static WaitingRow of(String id, Document row) {
    Document kept = new Document();
    COMPARED.forEach(name -> kept.append(name, row.get(name)));
    return new WaitingRow(id, kept);
  }

  /** The parts of a row that are compared, for a search. */
  static Document projection() {
    Document shown = new Document();
    COMPARED.forEach(name -> shown.append(name, 1));
    return shown;
  }
}
