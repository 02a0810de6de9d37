package xyz.trollllm.server;

import java.io.StringWriter;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import xyz.trollllm.billing.Cost;
import xyz.trollllm.billing.CostFee;
import xyz.trollllm.billing.CostItem;
import xyz.trollllm.billing.RequestRecord;
import xyz.trollllm.billing.Settlement;
import xyz.trollllm.billing.TokenCounts;
import xyz.trollllm.billing.TokenUsage;
import xyz.trollllm.config.TokenPrices;
import xyz.trollllm.proxy.RequestLog;
import xyz.trollllm.proxy.RequestLogEntry;

/**
 * Writes one JSON line per request. Amounts of money are decimal strings, so that no reader rounds
 * them. Safe for use by many threads.
 */
public final class JsonRequestLog implements RequestLog {
  private static final JsonFactory JSON = new JsonFactory();

  private final Consumer<String> lines;

  /**
   * @param lines takes each line without blocking and without losing it
   */
  public JsonRequestLog(Consumer<String> lines) {
    this.lines = lines;
  }

  @Override
  public void write(RequestLogEntry entry) {
    StringWriter line = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), line)) {
      json.writeStartObject();
      request(json, entry);
      if (entry.settlement() != null) {
        settlement(json, entry.settlement());
      } else if (entry.isFree()) {
        json.writeStringProperty("cost_usd", "0");
        json.writeNumberProperty("cost_nano_usd", 0);
      }
      upstreamCost(json, entry);
      json.writeEndObject();
    }
    lines.accept(line.toString());
  }

  private static void request(JsonGenerator json, RequestLogEntry entry) {
    json.writeStringProperty("at", entry.at().toString());
    json.writeStringProperty("log", "request");
    json.writeStringProperty("request_id", entry.requestId());
    json.writeStringProperty("instance", entry.instance());
    json.writeStringProperty("method", entry.method());
    json.writeStringProperty("path", entry.path());
    text(json, "user", entry.userId());
    text(json, "key", entry.keyId());
    text(json, "requested_model", entry.requestedModel());
    json.writeNumberProperty("status", entry.status());
    text(json, "error", entry.error());
    text(json, "detail", entry.detail());
    json.writeStringProperty("ledger", entry.ledger());
    if (entry.firstByte() != null) {
      json.writeNumberProperty("first_byte_ms", millis(entry.firstByte()));
    }
    json.writeNumberProperty("latency_ms", millis(entry.latency()));
    text(json, "client_retry", entry.clientRetry());
  }

  private static void settlement(JsonGenerator json, Settlement settlement) {
    RequestRecord record = settlement.record();
    json.writeStringProperty("api", record.api());
    json.writeStringProperty("model", record.model());
    json.writeBooleanProperty("stream", record.streamed());
    json.writeStringProperty("upstream", record.upstream());
    text(json, "served_model", record.servedModel());
    json.writeStringProperty("credit_field", settlement.hold().creditField().balanceField());
    json.writeStringProperty("outcome", settlement.outcome().name().toLowerCase(Locale.ROOT));
    json.writeStringProperty("basis", record.basis().name().toLowerCase(Locale.ROOT));
    json.writeArrayPropertyStart("flags");
    record.flags().forEach(json::writeString);
    json.writeEndArray();
    usage(json, record.usage());
    cost(json, record.cost());
    json.writeStringProperty("held_usd", settlement.hold().amount().toString());
    json.writeStringProperty("cost_usd", settlement.charge().toString());
    json.writeNumberProperty("cost_nano_usd", settlement.charge().nanos());
  }

  /** For comparison only; what is charged never depends on it. */
  private static void upstreamCost(JsonGenerator json, RequestLogEntry entry) {
    if (entry.upstreamCost() != null) {
      json.writeStringProperty("upstream_cost_usd", entry.upstreamCost().toString());
    }
    entry
        .upstreamCostDrift()
        .ifPresent(drift -> json.writeStringProperty("upstream_cost_drift_usd", drift.toString()));
  }

  private static void usage(JsonGenerator json, TokenUsage usage) {
    counts(json, usage.counts());
    json.writeNumberProperty("web_searches", usage.webSearches());
    json.writeNumberProperty("web_fetches", usage.webFetches());
    text(json, "service_tier", usage.options().serviceTier());
    text(json, "speed", usage.options().speed());
    text(json, "inference_geo", usage.options().geo());
  }

  private static void counts(JsonGenerator json, TokenCounts counts) {
    json.writeNumberProperty("input_tokens", counts.input());
    json.writeNumberProperty("output_tokens", counts.output());
    json.writeNumberProperty("cache_write_5m_tokens", counts.cacheWrite5m());
    json.writeNumberProperty("cache_write_1h_tokens", counts.cacheWrite1h());
    json.writeNumberProperty("cache_hit_tokens", counts.cacheHit());
  }

  /** All that the charge follows from: (items + fees) x multiplier. */
  private static void cost(JsonGenerator json, Cost cost) {
    json.writeArrayPropertyStart("items");
    cost.items().forEach(item -> item(json, item));
    json.writeEndArray();
    json.writeArrayPropertyStart("fees");
    cost.fees().forEach(fee -> fee(json, fee));
    json.writeEndArray();
    json.writeStringProperty("multiplier", plain(cost.multiplier()));
  }

  private static void item(JsonGenerator json, CostItem item) {
    json.writeStartObject();
    json.writeStringProperty("kind", item.kind());
    json.writeStringProperty("model", item.model());
    counts(json, item.counts());
    prices(json, item.prices());
    json.writeStringProperty("factor", plain(item.factor()));
    json.writeEndObject();
  }

  private static void fee(JsonGenerator json, CostFee fee) {
    json.writeStartObject();
    json.writeStringProperty("kind", fee.kind());
    json.writeNumberProperty("count", fee.count());
    if (fee.usd() != null) {
      json.writeStringProperty("usd", plain(fee.usd()));
    }
    json.writeEndObject();
  }

  private static void prices(JsonGenerator json, TokenPrices prices) {
    json.writeObjectPropertyStart("usd_per_mtok");
    json.writeStringProperty("input", plain(prices.input()));
    json.writeStringProperty("output", plain(prices.output()));
    json.writeStringProperty("cache_write_5m", plain(prices.cacheWrite5m()));
    json.writeStringProperty("cache_write_1h", plain(prices.cacheWrite1h()));
    json.writeStringProperty("cache_hit", plain(prices.cacheHit()));
    json.writeEndObject();
  }

  private static String plain(BigDecimal amount) {
    return amount.stripTrailingZeros().toPlainString();
  }

  private static void text(JsonGenerator json, String name, @Nullable String value) {
    if (value != null) {
      json.writeStringProperty(name, value);
    }
  }

  private static BigDecimal millis(Duration duration) {
    return BigDecimal.valueOf(duration.toNanos() / 1000, 3);
  }
}
