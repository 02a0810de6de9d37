package xyz.trollllm.proxy;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import xyz.trollllm.billing.CreditLedger;
import xyz.trollllm.billing.Hold;
import xyz.trollllm.billing.HoldRequest;
import xyz.trollllm.billing.IdempotencyKeys;
import xyz.trollllm.billing.RequestHistory;
import xyz.trollllm.billing.Reservation;
import xyz.trollllm.billing.Settled;
import xyz.trollllm.billing.Settlement;
import xyz.trollllm.billing.Usd;

/** A ledger that remembers how its requests were to be settled if the process died. */
record NotingLedger(CreditLedger ledger, List<Settlement> noted) implements CreditLedger {
  @Override
  public void reserve(HoldRequest request, Consumer<Reservation> outcome) {
    ledger.reserve(request, outcome);
  }

  @Override
  public void raise(Hold hold, Usd amount, Consumer<Reservation> outcome) {
    ledger.raise(hold, amount, outcome);
  }

  @Override
  public void progress(Supplier<Settlement> soFar) {
    noted.add(soFar.get());
  }

  @Override
  public void settle(Settlement settlement, Consumer<Settled> outcome) {
    ledger.settle(settlement, outcome);
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
