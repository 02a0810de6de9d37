package xyz.trollllm.billing.mongo;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import org.bson.Document;
import xyz.trollllm.billing.Basis;
import xyz.trollllm.billing.PastRequest;
import xyz.trollllm.billing.RequestTrace;
import xyz.trollllm.billing.Settlement;
import xyz.trollllm.billing.TokenCounts;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.CreditField;
import xyz.trollllm.config.RequestFees;
import xyz.trollllm.config.TokenPrices;

/** Reads what {@link LogRow} writes, from the log or on its way there. */
final class LoggedRequest {
  private LoggedRequest() {}

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
            row.getBoolean("streamed"),
            items(row),
            Documents.count(row, "webSearches"),
            Documents.count(row, "webFetches"),
            fees(row),
            new BigDecimal(row.getString("multiplier")),
            field,
            Usd.ofNanos(Documents.count(row, LogRow.NANOS)),
            held,
            Settlement.Outcome.valueOf(constant(row.getString("outcome"))),
            balanceOutcome.equals(LedgerStatements.LATE),
            Basis.valueOf(constant(row.getString("basis"))),
            new TreeSet<>(row.getList("flags", String.class)),
            (int) Documents.count(row, "statusCode")));
  }

  private static List<PastRequest.Item> items(Document row) {
    TokenCounts counts =
        new TokenCounts(
            Documents.count(row, "inputTokens"),
            Documents.count(row, "cacheWrite5m"),
            Documents.count(row, "cacheWrite1h"),
            Documents.count(row, "cacheHitTokens"),
            Documents.count(row, "outputTokens"));
    TokenPrices prices =
        new TokenPrices(
            price(row, "input"),
            price(row, "output"),
            price(row, "cacheWrite5m"),
            price(row, "cacheWrite1h"),
            price(row, "cacheHit"));
    return List.of(new PastRequest.Item("message", row.getString("model"), counts, prices));
  }

  private static RequestFees fees(Document row) {
    return new RequestFees(price(row, "webSearch"), price(row, "webFetch"));
  }

  private static BigDecimal price(Document row, String kind) {
    return new BigDecimal(row.getEmbedded(List.of("prices", kind), "0"));
  }

  private static String constant(String name) {
    return name.toUpperCase(Locale.ROOT);
  }
}
