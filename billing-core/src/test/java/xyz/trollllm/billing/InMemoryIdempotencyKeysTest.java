package xyz.trollllm.billing;

import static xyz.trollllm.config.CreditField.CREDITS;

import java.time.Clock;

final class InMemoryIdempotencyKeysTest extends IdempotencyKeysContract {
  private final InMemoryCreditLedger ledger = new InMemoryCreditLedger(clock, 1_000);
  private final IdempotencyTable table = new InMemoryIdempotencyTable(Clock.systemUTC());

  @Override
  protected CreditLedger ledger() {
    return ledger;
  }

  @Override
  protected IdempotencyTable table() {
    return table;
  }

  @Override
  protected void createUser(String userId) {
    ledger.setBalance(userId, CREDITS, Usd.of("100"));
  }

  @Override
  protected void releaseExpired() {
    ledger.releaseExpired();
  }

  @Override
  protected void carryOn() {}
}
