package xyz.trollllm.billing;

import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A ledger that leaves everything to another one, which belongs to it. What is built on this adds
 * its own and cannot forget to pass on the rest.
 */
public abstract class ForwardingLedger implements CreditLedger {
  private final CreditLedger ledger;

  protected ForwardingLedger(CreditLedger ledger) {
    this.ledger = ledger;
  }

  @Override
  public void reserve(HoldRequest request, Consumer<Reservation> outcome) {
    ledger.reserve(request, outcome);
  }

  @Override
  public void raise(Hold hold, Usd amount, Consumer<Reservation> outcome) {
    ledger.raise(hold, amount, outcome);
  }

  @Override
  public void settle(Settlement settlement, Consumer<Settled> outcome) {
    ledger.settle(settlement, outcome);
  }

  @Override
  public void progress(Supplier<Settlement> soFar) {
    ledger.progress(soFar);
  }

  @Override
  public void whenDeferredEnds(BiConsumer<String, Settled> listener) {
    ledger.whenDeferredEnds(listener);
  }

  @Override
  public void extend(Hold hold) {
    ledger.extend(hold);
  }

  @Override
  public RequestHistory history() {
    return ledger.history();
  }

  @Override
  public IdempotencyKeys idempotencyKeys() {
    return ledger.idempotencyKeys();
  }

  @Override
  public void close() {
    ledger.close();
  }
}
