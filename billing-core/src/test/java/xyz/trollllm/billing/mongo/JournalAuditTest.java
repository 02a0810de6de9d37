package xyz.trollllm.billing.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.billing.Requests.hold;
import static xyz.trollllm.billing.Requests.settlement;
import static xyz.trollllm.config.CreditField.CREDITS;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import xyz.trollllm.billing.Hold;
import xyz.trollllm.billing.Usd;

final class JournalAuditTest extends LedgerFixture {
  private static final Usd CHARGE = Usd.of("0.25");

  private final JournalAudit audit = new JournalAudit(mongo.database());

  @BeforeEach
  void giveCredit() {
    giveCredit(2.0);
  }

  private Optional<String> found(String requestId, Usd charge) {
    return audit
        .differenceOf(new JournalAudit.Due(USER, requestId, charge, true))
        .map(Difference::found);
  }

  @Test
  void openRequestThatIsHeldOrUnknownIsADifference() {
    Hold hold = reserve(hold(USER, CREDITS, "1"));

    assertThat(found(hold.requestId(), CHARGE)).contains("held");
    assertThat(found(hold.requestId(), Usd.ZERO)).contains("held");
    assertThat(found("never-seen", CHARGE)).contains("unknown");
    assertThat(found("never-held", Usd.ZERO)).isEmpty();

    settle(settlement(hold, "0"));
  }

  @Test
  void openRequestThatIsSettledIsNone() {
    Hold hold = reserve(hold(USER, CREDITS, "1"));
    settle(settlement(hold, CHARGE));

    assertThat(found(hold.requestId(), CHARGE)).isEmpty();
    ledger.upkeep().drainOnce();
    assertThat(found(hold.requestId(), CHARGE)).isEmpty();
  }

  @Test
  void otherAmountThanWasAboutToBeTakenIsADifference() {
    Hold hold = reserve(hold(USER, CREDITS, "1"));
    settle(settlement(hold, "0.125"));

    for (int drained = 0; drained < 2; drained++) {
      assertThat(audit.differenceOf(new JournalAudit.Due(USER, hold.requestId(), CHARGE, true)))
          .hasValueSatisfying(difference -> {
            assertThat(difference.kind().label()).isEqualTo("other-amount-in-journal");
            assertThat(difference.amount()).isEqualTo(Usd.of("-0.125"));
          });
      assertThat(audit.differenceOf(new JournalAudit.Due(USER, hold.requestId(), CHARGE, false)))
          .isEmpty();
      ledger.upkeep().drainOnce();
    }
  }

  @Test
  void lateChargeOfAnotherAmountIsADifference() {
    Hold hold = reserve(hold(USER, CREDITS, "1"));
    clock.move(Duration.ofMinutes(20));
    ledger.upkeep().sweepOnce();
    settle(settlement(hold, "0.125"));

    assertThat(found(hold.requestId(), CHARGE)).contains("0.125 USD");
    clock.move(Duration.ofMinutes(-20));
  }

  @Test
  void chargeOfAnExpiredHoldIsDueUntilItIsTaken() {
    Hold hold = reserve(hold(USER, CREDITS, "1"));
    clock.move(Duration.ofMinutes(20));
    ledger.upkeep().sweepOnce();

    assertThat(found(hold.requestId(), Usd.ZERO)).isEmpty();
    assertThat(found(hold.requestId(), CHARGE)).contains("expired without a charge");

    settle(settlement(hold, CHARGE));
    assertThat(found(hold.requestId(), CHARGE)).isEmpty();
    clock.move(Duration.ofMinutes(-20));
  }
}
