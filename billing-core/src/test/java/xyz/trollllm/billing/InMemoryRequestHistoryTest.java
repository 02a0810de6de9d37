package xyz.trollllm.billing;

import static xyz.trollllm.config.CreditField.CREDITS;
import static xyz.trollllm.config.CreditField.CREDITS_NEW;

import java.time.Instant;
import xyz.trollllm.config.CreditField;

final class InMemoryRequestHistoryTest extends RequestHistoryContract {
  private final InMemoryCreditLedger ledger = new InMemoryCreditLedger(clock, 1_000);

  @Override
  protected CreditLedger ledger() {
    return ledger;
  }

  @Override
  protected void createUser(String userId) {
    ledger.setBalance(userId, CREDITS, Usd.of("1"));
    ledger.setBalance(userId, CREDITS_NEW, Usd.of("2"));
  }

  @Override
  protected void setExpiry(String userId, CreditField field, Instant expiresAt) {
    ledger.setExpiry(userId, field, expiresAt);
  }

  @Override
  protected void releaseExpired() {
    ledger.releaseExpired();
  }

  @Override
  protected void carryOn() {}
}
