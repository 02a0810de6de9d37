package xyz.trollllm.billing.mongo;

import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import org.bson.Document;
import xyz.trollllm.billing.Basis;
import xyz.trollllm.billing.CostFee;
import xyz.trollllm.billing.CostItem;
import xyz.trollllm.billing.Hold;
import xyz.trollllm.billing.RequestRecord;
import xyz.trollllm.billing.Settlement;
import xyz.trollllm.billing.TokenCounts;
import xyz.trollllm.billing.TokenUsage;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.CreditField;
import xyz.trollllm.config.TokenPrices;

/**
 * A row of {@code request_logs}, without its {@code _id}: first the fields that the deployment had
 * before this gateway, then our own; docs/records.md describes them all. {@code costN} is the
 * charge in whole nano-dollars; the other forms of it are for reading. It follows from {@code
 * items}, {@code fees} and {@code multiplier}, which are decimals as text.
 */
final class LogRow {
  static final String USER = "userId";
  static final String KEY = "userKeyId";
  static final String TOKENS = "tokensUsed";
  static final String CREATED = "createdAt";
  static final String NANOS = "costN";
  static final String HELD = "heldN";
  static final String DOLLARS = "creditsCost";
  static final String TYPE = "creditType";
  static final String FIELD = "creditField";
  static final String BALANCE_OUTCOME = "balanceOutcome";

  private LogRow() {}

  /** The row of a settled request; {@code balanceOutcome} says how its charge was taken. */
  static Document of(Settlement settlement, String balanceOutcome, Instant now) {
    RequestRecord record = settlement.record();
    TokenUsage usage = record.usage();
    TokenCounts counts = usage.counts();
    Document row =
        new Document(USER, settlement.hold().userId())
            .append(KEY, record.keyId())
            .append("model", record.model())
            .append("inputTokens", counts.input())
            .append("outputTokens", counts.output())
            .append("cacheWriteTokens", counts.cacheWrite())
            .append("cacheHitTokens", counts.cacheHit())
            .append(TOKENS, usage.totalTokens())
            .append("statusCode", record.status())
            .append("latencyMs", record.latency().toMillis())
            .append("isSuccess", settlement.outcome() == Settlement.Outcome.OK)
            .append(CREATED, Date.from(now));
    appendCharge(row, settlement.hold(), settlement.charge(), balanceOutcome);
    return row.append("upstream", record.upstream())
        .append("servedModel", record.servedModel())
        .append("api", record.api())
        .append("instance", record.instance())
        .append("streamed", record.streamed())
        .append("outcome", name(settlement.outcome()))
        .append("basis", name(record.basis()))
        .append("flags", List.copyOf(record.flags()))
        .append("cacheWrite5m", counts.cacheWrite5m())
        .append("cacheWrite1h", counts.cacheWrite1h())
        .append("serviceTier", usage.options().serviceTier())
        .append("speed", usage.options().speed())
        .append("inferenceGeo", usage.options().geo())
        .append("webSearches", usage.webSearches())
        .append("webFetches", usage.webFetches())
        .append("items", record.cost().items().stream().map(LogRow::item).toList())
        .append("fees", record.cost().fees().stream().map(LogRow::fee).toList())
        .append("multiplier", record.cost().multiplier().toPlainString())
        .append("startedAt", Date.from(record.startedAt()));
  }

  /** The row of a hold that nobody settled in time: nothing is known but that nothing was taken. */
  static Document ofExpired(Hold hold, String instance, Instant now) {
    Document row =
        new Document(USER, hold.userId())
            .append(TOKENS, 0L)
            .append("isSuccess", false)
            .append(CREATED, Date.from(now));
    appendCharge(row, hold, Usd.ZERO, LedgerStatements.EXPIRED);
    return row.append("instance", instance)
        .append("outcome", LedgerStatements.EXPIRED)
        .append("basis", name(Basis.VOID));
  }

  /** The row that gives a charge back: of the opposite sign, so that sums of rows are right. */
  static Document ofRefund(Refund refund, String instance, Instant now) {
    Document row =
        new Document(USER, refund.userId())
            .append("model", refund.model())
            .append(TOKENS, 0L)
            .append("isSuccess", true)
            .append(CREATED, Date.from(now));
    appendCharge(row, refund.field(), refund.charge().negated(), LedgerStatements.REFUNDED);
    return row.append("instance", instance)
        .append("outcome", LedgerStatements.REFUNDED)
        .append("refundOf", refund.requestId())
        .append("by", refund.by())
        .append("reason", refund.reason());
  }

  private static void appendCharge(Document row, Hold hold, Usd charge, String balanceOutcome) {
    appendCharge(row, hold.creditField(), charge, balanceOutcome);
    row.append(HELD, hold.amount().nanos());
  }

  private static void appendCharge(
      Document row, CreditField field, Usd charge, String balanceOutcome) {
    row.append(DOLLARS, LegacyDollars.of(charge.nanos()))
        .append(TYPE, field.billingUpstream())
        .append(FIELD, field.balanceField())
        .append(NANOS, charge.nanos())
        .append("cost", charge.toString())
        .append(BALANCE_OUTCOME, balanceOutcome);
  }

  private static Document item(CostItem item) {
    TokenCounts counts = item.counts();
    return new Document("kind", item.kind())
        .append("model", item.model())
        .append("input", counts.input())
        .append("cacheWrite5m", counts.cacheWrite5m())
        .append("cacheWrite1h", counts.cacheWrite1h())
        .append("cacheHit", counts.cacheHit())
        .append("output", counts.output())
        .append("prices", prices(item.prices()))
        .append("factor", item.factor().toPlainString());
  }

  private static Document prices(TokenPrices prices) {
    return new Document("input", prices.input().toPlainString())
        .append("cacheWrite5m", prices.cacheWrite5m().toPlainString())
        .append("cacheWrite1h", prices.cacheWrite1h().toPlainString())
        .append("cacheHit", prices.cacheHit().toPlainString())
        .append("output", prices.output().toPlainString());
  }

  private static Document fee(CostFee fee) {
    return new Document("kind", fee.kind())
        .append("count", fee.count())
        .append("usd", fee.usd() == null ? null : fee.usd().toPlainString());
  }

  private static String name(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
