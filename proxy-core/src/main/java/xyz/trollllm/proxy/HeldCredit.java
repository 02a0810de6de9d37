package xyz.trollllm.proxy;

import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.Hold;
import xyz.trollllm.billing.Reservation;
import xyz.trollllm.billing.Settlement;
import xyz.trollllm.billing.Settlement.Outcome;
import xyz.trollllm.billing.TokenUsage;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.CreditField;
import xyz.trollllm.proxy.admission.Admission;
import xyz.trollllm.proxy.wire.Metered;

/**
 * The credit that is held for one admitted call: kept while the call lasts, then settled and
 * logged, exactly once. Confined to the call's event loop.
 */
final class HeldCredit {
  private final CallContext context;
  private final CallReport report;
  private Admission.Admitted admitted;
  private final EventLoop loop;
  private EventLoop.@Nullable Timer heartbeat;
  private boolean settled;

  HeldCredit(CallContext context, CallReport report, Admission.Admitted admitted, EventLoop loop) {
    this.context = context;
    this.report = report;
    this.admitted = admitted;
    this.loop = loop;
  }

  /** Extends the hold again and again until it is settled. */
  void keep() {
    heartbeat =
        loop.schedule(
            context.holdLifetime().dividedBy(3),
            () -> {
              context.ledger().extend(admitted.hold());
              keep();
            });
  }

  CreditField field() {
    return admitted.hold().creditField();
  }

  Usd held() {
    return admitted.hold().amount();
  }

  /**
   * Holds {@code amount} in all, if the balance covers it; tells unless it was settled meanwhile.
   */
  void raise(Usd amount, Consumer<Reservation> outcome) {
    context
        .ledger()
        .raise(
            admitted.hold(), amount, reservation -> loop.run(() -> raised(reservation, outcome)));
  }

  private void raised(Reservation reservation, Consumer<Reservation> outcome) {
    if (settled) {
      return;
    }
    if (reservation instanceof Reservation.Held(Hold hold)) {
      admitted = admitted.with(hold);
      report.flag(CallFlags.HOLD_RAISED);
    }
    outcome.accept(reservation);
  }

  /** What it would cost if it ended now. */
  Usd cost(Metered metered) {
    return cost(metered.usage());
  }

  Usd cost(TokenUsage usage) {
    return admitted.route().prices().cost(admitted.route().model(), usage).charge();
  }

  Settlement settlement(Outcome outcome, Metered metered, int status) {
    return report.settlement(admitted, outcome, metered, status);
  }

  /** Says how the call would have to be settled if this process died now. */
  void progress(Supplier<Settlement> soFar) {
    context.ledger().progress(soFar);
  }

  /**
   * Settles and writes the log line.
   *
   * @param error why the call failed, as a short code; null if it did not
   * @param detail more about the error for the operator
   */
  void settle(Settlement settlement, @Nullable String error, @Nullable String detail) {
    if (settled) {
      throw new IllegalStateException("settled before: " + admitted.hold().requestId());
    }
    RequestLogEntry line = report.line(admitted, settlement, error, detail);
    settled = true;
    if (heartbeat != null) {
      heartbeat.cancel();
    }
    context.ledger().settle(settlement, said -> context.log().write(line.settled(said)));
  }
}
