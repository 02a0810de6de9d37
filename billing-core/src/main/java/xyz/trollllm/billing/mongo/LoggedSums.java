package xyz.trollllm.billing.mongo;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.CreditField;

/** What the rows of one user add up to, and what is wrong with them. Used by one thread. */
final class LoggedSums {
  private final Map<CreditField, Usd> taken = new EnumMap<>(CreditField.class);
  private final Map<CreditField, Usd> refunded = new EnumMap<>(CreditField.class);
  private final List<Consumer<Findings>> remarks = new ArrayList<>();
  private boolean hasRelated;

  /** Sums up by user, and by what must be the same in the rows of a sum. */
  static Document group() {
    String nanos = '$' + LogRow.NANOS;
    return new Document(
            "_id",
            new Document("u", '$' + LogRow.USER)
                .append("f", '$' + LogRow.FIELD)
                .append("t", '$' + LogRow.TYPE)
                .append("o", '$' + LogRow.BALANCE_OUTCOME))
        .append("n", new Document("$sum", nanos))
        .append("least", new Document("$min", nanos))
        .append("most", new Document("$max", nanos))
        .append("d", new Document("$sum", '$' + LogRow.DOLLARS));
  }

  /** Adds one result of {@link #group}. */
  void addGroup(Document sum) {
    Document of = sum.get("_id", Document.class);
    add(
        of.get("f"),
        of.get("t"),
        of.get("o"),
        sum.get("n"),
        sum.get("least"),
        sum.get("most"),
        sum.get("d"));
  }

  /** Adds one row. */
  void addRow(Document row) {
    Object nanos = row.get(LogRow.NANOS);
    add(
        row.get(LogRow.FIELD),
        row.get(LogRow.TYPE),
        row.get(LogRow.BALANCE_OUTCOME),
        nanos,
        nanos,
        nanos,
        row.get(LogRow.DOLLARS));
  }

  private void add(
      @Nullable Object named,
      @Nullable Object type,
      @Nullable Object outcome,
      @Nullable Object sum,
      @Nullable Object least,
      @Nullable Object most,
      @Nullable Object dollars) {
    CreditField field = Paths.fieldOrNull(named);
    if (field == null) {
      malformed(LogRow.FIELD, "a credit field", named);
      return;
    }
    if (!field.billingUpstream().equals(type)) {
      malformed(LogRow.TYPE, field.billingUpstream(), type);
    }
    if (!(sum instanceof Long || sum instanceof Integer)) {
      malformed(LogRow.NANOS, "whole numbers that add up to one", sum);
      return;
    }
    Usd amount = Usd.ofNanos(((Number) sum).longValue());
    if (!(dollars instanceof Number counted)
        || !LegacyDollars.isFinite(counted)
        || !LegacyDollars.isNear(amount, LegacyDollars.usd(counted))) {
      remarks.add(
          findings -> findings.add(Difference.Kind.DOLLARS, LogRow.DOLLARS, amount, dollars));
    }
    long lowest = ((Number) Objects.requireNonNull(least)).longValue();
    long highest = ((Number) Objects.requireNonNull(most)).longValue();
    switch (String.valueOf(outcome)) {
      case LedgerStatements.TAKEN -> requireSign(lowest >= 0, field, lowest);
      case LedgerStatements.LATE -> {
        hasRelated = true;
        requireSign(lowest >= 0, field, lowest);
      }
      case LedgerStatements.EXPIRED -> {
        if (lowest != 0 || highest != 0) {
          malformed(LogRow.BALANCE_OUTCOME, "no charge for a hold that expired", amount);
        }
      }
      case LedgerStatements.REFUNDED -> {
        hasRelated = true;
        requireSign(highest <= 0, field, highest);
        refunded.merge(field, Usd.ZERO.minus(amount), Usd::plus);
        return;
      }
      default -> malformed(LogRow.BALANCE_OUTCOME, "how the charge was taken", outcome);
    }
    taken.merge(field, amount, Usd::plus);
  }

  private void malformed(String name, String expected, @Nullable Object found) {
    remarks.add(
        findings -> findings.add(Difference.Kind.MALFORMED, "rows' " + name, expected, found));
  }

  private void requireSign(boolean isRight, CreditField field, long nanos) {
    if (!isRight) {
      remarks.add(findings ->
          findings.add(
              Difference.Kind.NEGATIVE,
              "rows' " + LogRow.NANOS + " of " + field.balanceField(),
              "charges above zero, refunds below",
              nanos));
    }
  }

  Usd taken(CreditField field) {
    return taken.getOrDefault(field, Usd.ZERO);
  }

  Usd refunded(CreditField field) {
    return refunded.getOrDefault(field, Usd.ZERO);
  }

  /** Whether there are rows that belong to other rows. */
  boolean hasRelated() {
    return hasRelated;
  }

  /** Says what is wrong with the rows themselves. */
  void report(Findings findings) {
    remarks.forEach(remark -> remark.accept(findings));
  }
}
