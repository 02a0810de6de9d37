package xyz.trollllm.billing.mongo;

import java.time.Instant;
import java.util.Date;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bson.Document;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.CreditField;

/**
 * The books in one user's document, as one reading of it shows them. Documents change as a whole,
 * so all that is compared here agrees at any moment, requests under way or not.
 *
 * @param now when it was read, by the store's clock
 * @param spent what the counters say was taken
 * @param refunded what the counters say was given back
 * @param waiting rows on their way to the log
 * @param settled ids of requests that were settled lately, those of {@code waiting} among them
 * @param differences what is wrong with the document by itself
 */
record UserBooks(
    String userId,
    Instant now,
    Map<CreditField, Usd> spent,
    Map<CreditField, Usd> refunded,
    List<WaitingRow> waiting,
    Set<String> settled,
    int openHolds,
    List<Difference> differences) {

  /** The parts of a user's document that are books, and the store's time. */
  static Document projection() {
    Document shown = new Document("gw", 1).append("now", "$$NOW");
    BookedField.all().forEach(field -> shown.append(field.name(), 1));
    return shown;
  }

  static UserBooks of(Document user) {
    String userId = user.getString("_id");
    Instant now = user.get("now", Date.class).toInstant();
    Findings findings = new Findings(userId);
    int openHolds = new HoldCheck(findings, now).check(user);
    Set<String> settled = new HashSet<>();
    List<WaitingRow> waiting = new OutboxCheck(findings, now).check(user, settled);
    Map<CreditField, Usd> spent = new EnumMap<>(CreditField.class);
    Map<CreditField, Usd> refunded = new EnumMap<>(CreditField.class);
    for (CreditField field : CreditField.values()) {
      spent.put(field, Usd.ofNanos(findings.count(user, Paths.spent(field))));
      refunded.put(field, Usd.ofNanos(findings.count(user, Paths.refunded(field))));
    }
    BalanceCheck.check(user, findings);
    return new UserBooks(
        userId, now, spent, refunded, waiting, settled, openHolds, findings.differences());
  }

  /**
   * Compares the counters with the log.
   *
   * @param logged the rows that stand there, and those on their way, each once
   */
  void compare(LoggedSums logged, Findings findings) {
    for (CreditField field : CreditField.values()) {
      findings.requireEqual(
          Difference.Kind.LOG, field.balanceField(), spent(field), logged.taken(field));
      findings.requireEqual(
          Difference.Kind.REFUNDS, field.balanceField(), refunded(field), logged.refunded(field));
    }
    logged.report(findings);
  }

  private Usd spent(CreditField field) {
    return spent.getOrDefault(field, Usd.ZERO);
  }

  private Usd refunded(CreditField field) {
    return refunded.getOrDefault(field, Usd.ZERO);
  }
}
