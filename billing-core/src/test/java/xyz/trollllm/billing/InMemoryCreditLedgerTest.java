package xyz.trollllm.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.config.CreditField.CREDITS;
import static xyz.trollllm.config.CreditField.CREDITS_NEW;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import xyz.trollllm.config.CreditField;

final class InMemoryCreditLedgerTest extends CreditLedgerContract {
  private final InMemoryCreditLedger ledger = new InMemoryCreditLedger(clock, 1_000);

  @Override
  protected CreditLedger ledger() {
    return ledger;
  }

  @Override
  protected void giveCredit(String credits, String creditsNew) {
    ledger.setBalance(USER, CREDITS, Usd.of(credits));
    ledger.setBalance(USER, CREDITS_NEW, Usd.of(creditsNew));
  }

  @Override
  protected void setExpiry(CreditField field, Instant expiresAt) {
    ledger.setExpiry(USER, field, expiresAt);
  }

  @Override
  protected void disableUser() {
    ledger.setActive(USER, false);
  }

  @Override
  protected Usd balance(CreditField field) {
    return ledger.balance(USER, field);
  }

  @Override
  protected Usd held(CreditField field) {
    return ledger.held(USER, field);
  }

  @Override
  protected Usd spent(CreditField field) {
    return ledger.records().stream()
        .filter(settlement -> settlement.hold().creditField() == field)
        .map(Settlement::charge)
        .reduce(Usd.ZERO, Usd::plus);
  }

  @Override
  protected void releaseExpired() {
    ledger.releaseExpired();
  }

  @Test
  void tooManyHoldsAreRefused() {
    InMemoryCreditLedger strict = new InMemoryCreditLedger(clock, 1);
    strict.setBalance(USER, CREDITS, Usd.of("1"));
    strict.reserve(Requests.hold(USER, CREDITS, "0.1"), _ -> {});
    OneAnswer<Reservation> answer = new OneAnswer<>();

    strict.reserve(Requests.hold(USER, CREDITS, "0.1"), answer);

    assertThat(answer.get()).isEqualTo(new Reservation.TooManyHolds(1));
  }
}
