package xyz.trollllm.billing;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import xyz.trollllm.config.CreditField;

/**
 * A settled request as its user may see it: everything that its charge was computed from, and of
 * the upstream its configured name only.
 *
 * <p>The charge is {@code multiplier} times the sum of {@link CostItem#listed} and {@link
 * CostFee#listed}, rounded once, half up, to whole nano-dollars. With the flag {@code
 * capped-at-hold} it is {@code held} instead.
 *
 * @param api the client API, such as {@code anthropic}
 * @param model the configured model id
 * @param upstream the configured name of where it went
 * @param items what was priced, the answer itself first
 * @param fees for uses of the upstream's own tools
 * @param charge what was taken, in whole nano-dollars
 * @param held what had been set aside
 * @param refunded what was given back of the charge: nothing or all of it
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
    String upstream,
    boolean streamed,
    List<CostItem> items,
    List<CostFee> fees,
    BigDecimal multiplier,
    CreditField creditField,
    Usd charge,
    Usd refunded,
    Usd held,
    Settlement.Outcome outcome,
    boolean late,
    Basis basis,
    SortedSet<String> flags,
    int status) {

  public PastRequest {
    items = List.copyOf(items);
    fees = List.copyOf(fees);
    flags = new TreeSet<>(flags);
  }

  /** The same request, of which so much was given back. */
  public PastRequest withRefund(Usd amount) {
    return new PastRequest(
        requestId,
        startedAt,
        latency,
        instance,
        api,
        model,
        upstream,
        streamed,
        items,
        fees,
        multiplier,
        creditField,
        charge,
        amount,
        held,
        outcome,
        late,
        basis,
        flags,
        status);
  }

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
        record.upstream(),
        record.streamed(),
        record.cost().items(),
        record.cost().fees(),
        record.cost().multiplier(),
        hold.creditField(),
        settlement.charge(),
        Usd.ZERO,
        hold.amount(),
        settlement.outcome(),
        late,
        record.basis(),
        record.flags(),
        record.status());
  }
}
