package xyz.trollllm.billing.mongo;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bson.Document;
import xyz.trollllm.billing.Usd;

/** Whether late charges and refunds fit the requests that they belong to. */
final class RelatedRows {
  private final AuditReads reads;

  RelatedRows(AuditReads reads) {
    this.reads = reads;
  }

  void check(String userId, Findings findings) {
    List<Document> related = reads.relatedRows(userId);
    List<String> ids = new ArrayList<>();
    for (Document row : related) {
      String request = Paths.requestId(row.getString("_id"));
      ids.add(request);
      ids.add(Paths.late(request));
    }
    Map<String, Document> rows = new HashMap<>(reads.rows(ids));
    for (Document row : related) {
      check(row, rows, findings);
    }
  }

  private static void check(Document row, Map<String, Document> rows, Findings findings) {
    String id = row.getString("_id");
    String request = Paths.requestId(id);
    Document first = rows.get(request);
    if (first == null) {
      return; // on its way to the log
    }
    Usd inTime = nanos(first);
    if (id.equals(Paths.late(request))) {
      if (!inTime.equals(Usd.ZERO)) {
        findings.add(Difference.Kind.CHARGED_TWICE, request, "no charge but the late one", inTime);
      }
      return;
    }
    Document late = rows.get(Paths.late(request));
    Usd charged = late == null ? inTime : inTime.plus(nanos(late));
    findings.requireEqual(
        Difference.Kind.OTHER_REFUND, request, charged, Usd.ZERO.minus(nanos(row)));
  }

  private static Usd nanos(Document row) {
    return Usd.ofNanos(Documents.count(row, LogRow.NANOS));
  }
}
