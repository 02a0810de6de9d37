package xyz.trollllm.billing.mongo;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import org.bson.Document;
import xyz.trollllm.billing.Basis;
import xyz.trollllm.billing.CostFee;
import xyz.trollllm.billing.CostItem;
import xyz.trollllm.billing.PastRequest;
import xyz.trollllm.billing.RequestTrace;
import xyz.trollllm.billing.Settlement;
import xyz.trollllm.billing.TokenCounts;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.CreditField;
import xyz.trollllm.config.TokenPrices;

/** Reads what {@link LogRow} writes, from the log or on its way there. */
final class LoggedRequest {
  private LoggedRequest() {}

  /** Whether {@code row} gives the charge of another row back. */
  static boolean isRefund(Document row) {
    return LedgerStatements.REFUNDED.equals(row.get(LogRow.BALANCE_OUTCOME));
  }

  /** What a refund gives back. */
  static Usd refunded(Document row) {
    return Usd.ofNanos(Documents.count(row, LogRow.NANOS)).negated();
  }

  /** The request that {@code row}, {@code _id} included, is about. */
  static RequestTrace of(Document row) {
    String id = Paths.requestId(row.getString("_id"));
    CreditField field = Paths.field(row.getString(LogRow.FIELD));
    Usd held = Usd.ofNanos(Documents.count(row, LogRow.HELD));
    String balanceOutcome = row.getString(LogRow.BALANCE_OUTCOME);
    if (balanceOutcome.equals(LedgerStatements.EXPIRED)) {
      return new RequestTrace.Expired(id, field, held, row.getDate(LogRow.CREATED).toInstant());
    }
    return new RequestTrace.Done(
        new PastRequest(
            id,
            row.getDate("startedAt").toInstant(),
            Duration.ofMillis(Documents.count(row, "latencyMs")),
            row.getString("instance"),
            row.getString("api"),
            row.getString("model"),
            row.getString("upstream"),
            row.getBoolean("streamed"),
            items(row),
            fees(row),
            decimal(row, "multiplier"),
            field,
            Usd.ofNanos(Documents.count(row, LogRow.NANOS)),
            Usd.ZERO,
            held,
            Settlement.Outcome.valueOf(constant(row.getString("outcome"))),
            balanceOutcome.equals(LedgerStatements.LATE),
            Basis.valueOf(constant(row.getString("basis"))),
            new TreeSet<>(row.getList("flags", String.class)),
            (int) Documents.count(row, "statusCode")));
  }

  private static List<CostItem> items(Document row) {
    return row.getList("items", Document.class, List.of()).stream()
        .map(LoggedRequest::item)
        .toList();
  }

  private static CostItem item(Document item) {
    TokenCounts counts =
        new TokenCounts(
            Documents.count(item, "input"),
            Documents.count(item, "cacheWrite5m"),
            Documents.count(item, "cacheWrite1h"),
            Documents.count(item, "cacheHit"),
            Documents.count(item, "output"));
    Document prices = item.get("prices", Document.class);
    return new CostItem(
        item.getString("kind"),
        item.getString("model"),
        counts,
        new TokenPrices(
            decimal(prices, "input"),
            decimal(prices, "output"),
            decimal(prices, "cacheWrite5m"),
            decimal(prices, "cacheWrite1h"),
            decimal(prices, "cacheHit")),
        decimal(item, "factor"));
  }

  private static List<CostFee> fees(Document row) {
    return row.getList("fees", Document.class, List.of()).stream().map(LoggedRequest::fee).toList();
  }

  private static CostFee fee(Document fee) {
    String usd = fee.getString("usd");
    return new CostFee(
        fee.getString("kind"),
        Documents.count(fee, "count"),
        usd == null ? null : new BigDecimal(usd));
  }

  private static BigDecimal decimal(Document document, String name) {
    return new BigDecimal(document.getString(name));
  }

  private static String constant(String name) {
    return name.toUpperCase(Locale.ROOT);
  }
}
