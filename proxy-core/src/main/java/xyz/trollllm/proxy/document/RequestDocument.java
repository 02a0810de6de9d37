package xyz.trollllm.proxy.document;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import tools.jackson.core.JsonGenerator;
import xyz.trollllm.billing.AccountStatement;
import xyz.trollllm.billing.CostFee;
import xyz.trollllm.billing.CostItem;
import xyz.trollllm.billing.PastRequest;
import xyz.trollllm.billing.RequestTrace;
import xyz.trollllm.billing.TokenCounts;
import xyz.trollllm.billing.Usd;

/** What a user is told of its requests: all that is needed to compute a charge again. */
public final class RequestDocument {
  private RequestDocument() {}

  /** One request, with the balance that paid for it as it is now. */
  public static ByteBuffer json(RequestTrace trace, AccountStatement account) {
    return Json.object(json -> {
      trace(json, trace);
      Json.decimal(json, "balance", account.balance(trace.creditField()).amount());
    });
  }

  /** A page of requests. */
  public static ByteBuffer json(List<RequestTrace> page, boolean more) {
    return Json.object(json -> {
      json.writeStringProperty("object", "list");
      json.writeArrayPropertyStart("data");
      for (RequestTrace trace : page) {
        json.writeStartObject();
        trace(json, trace);
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeBooleanProperty("has_more", more);
      Json.text(json, "first_id", page.isEmpty() ? null : page.getFirst().requestId());
      Json.text(json, "last_id", page.isEmpty() ? null : page.getLast().requestId());
    });
  }

  private static void trace(JsonGenerator json, RequestTrace trace) {
    json.writeStringProperty("object", "request");
    json.writeStringProperty("id", trace.requestId());
    switch (trace) {
      case RequestTrace.InProgress _ -> json.writeStringProperty("status", "in_progress");
      case RequestTrace.Expired expired -> {
        json.writeStringProperty("status", "expired");
        Json.text(json, "expired_at", expired.at());
        Json.decimal(json, "cost", Usd.ZERO);
      }
      case RequestTrace.Done(PastRequest request) -> {
        json.writeStringProperty("status", "settled");
        settled(json, request);
      }
    }
    json.writeStringProperty("credit_field", trace.creditField().balanceField());
    Json.decimal(json, "held", trace.held());
    json.writeStringProperty("currency", "USD");
  }

  private static void settled(JsonGenerator json, PastRequest request) {
    Json.text(json, "started_at", request.startedAt());
    json.writeNumberProperty("latency_ms", request.latency().toMillis());
    json.writeStringProperty("instance", request.instance());
    json.writeStringProperty("api", request.api());
    json.writeStringProperty("model", request.model());
    json.writeStringProperty("upstream", request.upstream());
    json.writeBooleanProperty("stream", request.streamed());
    json.writeNumberProperty("http_status", request.status());
    json.writeStringProperty("outcome", name(request.outcome()));
    json.writeBooleanProperty("late", request.late());
    json.writeStringProperty("basis", name(request.basis()));
    json.writeArrayPropertyStart("flags");
    request.flags().forEach(json::writeString);
    json.writeEndArray();
    json.writeArrayPropertyStart("items");
    for (CostItem item : request.items()) {
      json.writeStartObject();
      item(json, item);
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayPropertyStart("fees");
    for (CostFee fee : request.fees()) {
      json.writeStartObject();
      json.writeStringProperty("kind", fee.kind());
      json.writeNumberProperty("count", fee.count());
      Prices.optional(json, "price", fee.usd());
      json.writeEndObject();
    }
    json.writeEndArray();
    Json.decimal(json, "multiplier", request.multiplier());
    Json.decimal(json, "cost", request.charge());
    Json.decimal(json, "refunded", request.refunded());
  }

  private static void item(JsonGenerator json, CostItem item) {
    TokenCounts counts = item.counts();
    json.writeStringProperty("kind", item.kind());
    json.writeStringProperty("model", item.model());
    Json.object(
        json,
        "tokens",
        () -> {
          json.writeNumberProperty("input", counts.input());
          json.writeNumberProperty("output", counts.output());
          json.writeNumberProperty("cache_write_5m", counts.cacheWrite5m());
          json.writeNumberProperty("cache_write_1h", counts.cacheWrite1h());
          json.writeNumberProperty("cache_hit", counts.cacheHit());
        });
    Prices.write(json, "prices", item.prices());
    Json.decimal(json, "factor", item.factor());
  }

  private static String name(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
