package xyz.trollllm.billing.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.billing.Requests.hold;
import static xyz.trollllm.billing.Requests.settlement;
import static xyz.trollllm.config.CreditField.CREDITS;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.trollllm.billing.Hold;
import xyz.trollllm.billing.HoldRequest;
import xyz.trollllm.billing.Settled;

/** The clock of an instance jumps by an hour while requests are under way; the store's does not. */
final class ClockJumpTest extends LedgerFixture {

  @ParameterizedTest
  @ValueSource(ints = {-1, 1})
  void requestIsNotHeldAgainWhenItsReservationArrivesTwice(int hours) {
    giveCredit(1.0);
    HoldRequest request = hold(USER, CREDITS, "0.5");
    LedgerStatements.Reserve repeated =
        new LedgerStatements(OPTIONS).reserve(request, clock.instant());
    Hold hold = reserve(request);
    clock.move(Duration.ofHours(hours));

    assertThat(settle(settlement(hold, "0.25"))).isEqualTo(new Settled.Taken());
    for (int i = 0; i < 3; i++) {
      ledger.upkeep().drainOnce();
      assertThat(store.update(repeated.update())).isFalse();
    }

    assertThat(user().getDouble("credits")).isEqualTo(0.75);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 1})
  void requestsGoOnWhenTheClockIsRightAgain(int hours) {
    giveCredit(1.0);
    settle(settlement(reserve(hold(USER, CREDITS, "0.1")), "0.1"));
    clock.move(Duration.ofHours(hours));
    ledger.upkeep().drainOnce();
    ledger.upkeep().sweepOnce();
    clock.move(Duration.ofHours(-hours));

    assertThat(settle(settlement(reserve(hold(USER, CREDITS, "0.1")), "0.1")))
        .isEqualTo(new Settled.Taken());
    ledger.upkeep().drainOnce();

    assertThat(rows()).hasSize(2);
  }

  @Test
  void holdThatAClockAheadReleasedIsChargedLateAndOnce() {
    giveCredit(1.0);
    Hold hold = reserve(hold(USER, CREDITS, "0.5"));
    try (MongoCreditLedger ahead = open(OPTIONS.withInstance("ahead"))) {
      clock.move(Duration.ofHours(1));
      assertThat(ahead.upkeep().sweepOnce()).isEqualTo(1);
      clock.move(Duration.ofHours(-1));
      ledger.extend(hold);
      ledger.upkeep().drainOnce();
    }

    assertThat(settle(settlement(hold, "0.25"))).isEqualTo(new Settled.TakenLate());
    assertThat(settle(settlement(hold, "0.25"))).isEqualTo(new Settled.AlreadyTaken());

    assertThat(user().getDouble("credits")).isEqualTo(0.75);
    assertThat(Documents.count(user(), "gw.held.credits")).isZero();
  }

  @Test
  void heartbeatNeverBringsAnExpiryNearer() {
    giveCredit(1.0);
    Hold hold = reserve(hold(USER, CREDITS, "0.5"));
    try (MongoCreditLedger behind = open(OPTIONS.withInstance("behind"))) {
      clock.move(Duration.ofHours(-1));
      behind.extend(hold);
      clock.move(Duration.ofHours(1));
    }
    clock.move(Duration.ofMinutes(10));

    assertThat(ledger.upkeep().sweepOnce()).isZero();
    assertThat(settle(settlement(hold, "0.25"))).isEqualTo(new Settled.Taken());
  }
}
