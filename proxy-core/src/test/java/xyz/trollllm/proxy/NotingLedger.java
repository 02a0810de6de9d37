package xyz.trollllm.proxy;

import java.util.List;
import java.util.function.Supplier;
import xyz.trollllm.billing.CreditLedger;
import xyz.trollllm.billing.ForwardingLedger;
import xyz.trollllm.billing.Settlement;

/** A ledger that remembers how its requests were to be settled if the process died. */
final class NotingLedger extends ForwardingLedger {
  private final List<Settlement> noted;

  NotingLedger(CreditLedger ledger, List<Settlement> noted) {
    super(ledger);
    this.noted = noted;
  }

  @Override
  public void progress(Supplier<Settlement> soFar) {
    noted.add(soFar.get());
  }
}
