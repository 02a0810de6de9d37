package xyz.trollllm.billing.mongo;

import java.util.List;

/** What an audit looked at, and everything that it found. */
public record AuditReport(AuditTotals totals, List<Difference> found) {
  public AuditReport {
    found = List.copyOf(found);
  }

  /** Everything that does not agree, in words. */
  public List<String> differences() {
    return found.stream().map(Difference::text).toList();
  }

  /** Requests under way, or holds that nobody has released yet. */
  public long openHolds() {
    return totals.openHolds();
  }
}
