package xyz.trollllm.billing;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import xyz.trollllm.config.CreditField;
import xyz.trollllm.config.RequestFees;
import xyz.trollllm.config.TokenPrices;

/**
 * A settled request as its user may see it: everything that its charge was computed from, and
 * nothing of the upstream's.
 *
 * <p>The charge is {@code multiplier} times the sum over {@code items} of tokens times prices, in
 * dollars per million, and of uses times {@code fees}; rounded once, half up, to whole
 * nano-dollars. With the flag {@code capped-at-hold} it is {@code held} instead.
 *
 * @param api the client API, such as {@code anthropic}
 * @param model the configured model id
 * @param items what was priced, the answer itself first
 * @param fees US dollars per use of the upstream's tools, before the multiplier
 * @param charge what was taken, in whole nano-dollars
 * @param held what had been set aside
 * @param late whether the charge was taken after its hold had expired
 * @param status the HTTP status the client saw
 */
public record PastRequest(
    String requestId,
    Instant startedAt,
    Duration latency,
    String instance,
    String api,
    String model,
    boolean streamed,
    List<Item> items,
    long webSearches,
    long webFetches,
    RequestFees fees,
    BigDecimal multiplier,
    CreditField creditField,
    Usd charge,
    Usd held,
    Settlement.Outcome outcome,
    boolean late,
    Basis basis,
    SortedSet<String> flags,
    int status) {

  public PastRequest {
    items = List.copyOf(items);
    flags = new TreeSet<>(flags);
  }

  /** One inference that was priced by itself, at {@code prices} before the multiplier. */
  public record Item(String kind, String model, TokenCounts counts, TokenPrices prices) {}

  /** What a settlement will look like to its user. */
  static PastRequest of(Settlement settlement, boolean late) {
    RequestRecord record = settlement.record();
    Hold hold = settlement.hold();
    return new PastRequest(
        hold.requestId(),
        record.startedAt(),
        record.latency(),
        record.instance(),
        record.api(),
        record.model(),
        record.streamed(),
        items(record),
        record.usage().webSearches(),
        record.usage().webFetches(),
        record.pricing().fees(),
        record.pricing().multiplier(),
        hold.creditField(),
        settlement.charge(),
        hold.amount(),
        settlement.outcome(),
        late,
        record.basis(),
        record.flags(),
        record.status());
  }

  private static List<Item> items(RequestRecord record) {
    TokenCounts counts = record.usage().counts();
    TokenPrices prices = record.pricing().pricesFor(counts.totalInput());
    return List.of(new Item("message", record.model(), counts, prices));
  }
}
