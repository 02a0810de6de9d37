package xyz.trollllm.billing.journal;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.TreeSet;
import xyz.trollllm.billing.Basis;
import xyz.trollllm.billing.Cost;
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
 * Holds and settlements as bytes, whole: no price book and no configuration is needed to settle
 * them another day.
 */
final class Payloads {
  private Payloads() {}

  static void write(PayloadWriter out, Hold hold) {
    out.text(hold.requestId())
        .text(hold.userId())
        .constant(hold.creditField())
        .number(hold.amount().nanos())
        .number(hold.expiresAt().toEpochMilli())
        .flag(hold.graced());
  }

  static Hold hold(PayloadReader in) {
    return new Hold(
        in.text(),
        in.text(),
        in.constant(CreditField.class),
        Usd.ofNanos(in.number()),
        Instant.ofEpochMilli(in.number()),
        in.flag());
  }

  /** The hold first: every record of a request but its last begins with one. */
  static void write(PayloadWriter out, Settlement settlement) {
    write(out, settlement.hold());
    out.number(settlement.charge().nanos()).constant(settlement.outcome());
    write(out, settlement.record());
  }

  /** The settlement of {@code hold}, which was read before. */
  static Settlement settlement(Hold hold, PayloadReader in) {
    return new Settlement(
        hold, Usd.ofNanos(in.number()), in.constant(Settlement.Outcome.class), requestRecord(in));
  }

  private static void write(PayloadWriter out, RequestRecord record) {
    out.text(record.keyId())
        .text(record.instance())
        .text(record.api())
        .text(record.model())
        .text(record.upstream())
        .optionalText(record.servedModel())
        .flag(record.streamed());
    write(out, record.usage());
    out.constant(record.basis()).all(record.flags(), PayloadWriter::text);
    write(out, record.cost());
    out.number(record.status())
        .number(record.startedAt().toEpochMilli())
        .number(record.latency().toMillis());
  }

  private static RequestRecord requestRecord(PayloadReader in) {
    return new RequestRecord(
        in.text(),
        in.text(),
        in.text(),
        in.text(),
        in.text(),
        in.optionalText(),
        in.flag(),
        usage(in),
        in.constant(Basis.class),
        new TreeSet<>(in.all(PayloadReader::text)),
        cost(in),
        (int) in.number(),
        Instant.ofEpochMilli(in.number()),
        Duration.ofMillis(in.number()));
  }

  private static void write(PayloadWriter out, TokenUsage usage) {
    out.optionalText(usage.fallbackModel());
    write(out, usage.counts());
    out.number(usage.webSearches())
        .number(usage.webFetches())
        .optionalText(usage.options().serviceTier())
        .optionalText(usage.options().speed())
        .optionalText(usage.options().geo())
        .all(
            usage.subInferences(),
            (to, inference) -> {
              to.text(inference.kind()).optionalText(inference.model());
              write(to, inference.counts());
            });
  }

  private static TokenUsage usage(PayloadReader in) {
    return new TokenUsage(
        in.optionalText(),
        counts(in),
        in.number(),
        in.number(),
        new TokenUsage.ServiceOptions(in.optionalText(), in.optionalText(), in.optionalText()),
        in.all(
            from -> new TokenUsage.SubInference(from.text(), from.optionalText(), counts(from))));
  }

  private static void write(PayloadWriter out, TokenCounts counts) {
    out.number(counts.input())
        .number(counts.cacheWrite5m())
        .number(counts.cacheWrite1h())
        .number(counts.cacheHit())
        .number(counts.output());
  }

  private static TokenCounts counts(PayloadReader in) {
    return new TokenCounts(in.number(), in.number(), in.number(), in.number(), in.number());
  }

  private static void write(PayloadWriter out, Cost cost) {
    out.all(cost.items(), Payloads::write)
        .all(cost.fees(), Payloads::write)
        .decimal(cost.multiplier())
        .all(cost.flags(), PayloadWriter::text);
  }

  private static Cost cost(PayloadReader in) {
    List<CostItem> items = in.all(Payloads::item);
    List<CostFee> fees = in.all(Payloads::fee);
    return new Cost(items, fees, in.decimal(), new TreeSet<>(in.all(PayloadReader::text)));
  }

  private static void write(PayloadWriter out, CostItem item) {
    out.text(item.kind()).text(item.model());
    write(out, item.counts());
    out.decimal(item.prices().input())
        .decimal(item.prices().output())
        .decimal(item.prices().cacheWrite5m())
        .decimal(item.prices().cacheWrite1h())
        .decimal(item.prices().cacheHit())
        .decimal(item.factor());
  }

  private static CostItem item(PayloadReader in) {
    return new CostItem(
        in.text(),
        in.text(),
        counts(in),
        new TokenPrices(in.decimal(), in.decimal(), in.decimal(), in.decimal(), in.decimal()),
        in.decimal());
  }

  private static void write(PayloadWriter out, CostFee fee) {
    out.text(fee.kind()).number(fee.count()).flag(fee.usd() != null);
    if (fee.usd() != null) {
      out.decimal(fee.usd());
    }
  }

  private static CostFee fee(PayloadReader in) {
    return new CostFee(in.text(), in.number(), in.flag() ? in.decimal() : null);
  }
}
