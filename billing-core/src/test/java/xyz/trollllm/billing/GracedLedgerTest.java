package xyz.trollllm.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.billing.Requests.settlement;
import static xyz.trollllm.config.CreditField.CREDITS;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class GracedLedgerTest {
  private static final String USER = "ann";
  private static final String GRACE = "0.5";

  private final MovableClock clock = new MovableClock();
  private final SwitchedState store = new SwitchedState();
  private final InMemoryCreditLedger kept = new InMemoryCreditLedger(clock, 1_000);
  private final Interrupted interrupted = new Interrupted();
  private final GracedLedger ledger = new GracedLedger(interrupted, store, Usd.of(GRACE), clock);

  /** A ledger whose store can be silent: settlements wait then, and everything else is refused. */
  private final class Interrupted implements CreditLedger {
    private final List<Settlement> waiting = new ArrayList<>();

    @Override
    public void reserve(HoldRequest request, Consumer<Reservation> outcome) {
      if (store.isSilent()) {
        outcome.accept(new Reservation.Unavailable("silent"));
      } else {
        kept.reserve(request, outcome);
      }
    }

    @Override
    public void raise(Hold hold, Usd amount, Consumer<Reservation> outcome) {
      kept.raise(hold, amount, outcome);
    }

    @Override
    public void settle(Settlement settlement, Consumer<Settled> outcome) {
      if (store.isSilent()) {
        waiting.add(settlement);
        outcome.accept(new Settled.Deferred("silent"));
      } else {
        kept.settle(settlement, outcome);
      }
    }

    @Override
    public void extend(Hold hold) {
      kept.extend(hold);
    }

    @Override
    public IdempotencyKeys idempotencyKeys() {
      return kept.idempotencyKeys();
    }

    @Override
    public void close() {}

    void catchUp() {
      waiting.forEach(settlement -> kept.settle(settlement, _ -> {}));
      waiting.clear();
    }
  }

  @BeforeEach
  void giveCredit() {
    kept.setBalance(USER, CREDITS, Usd.of("10"));
  }

  @Test
  void whatTheStoreHasToSayIsNotGraced() {
    store.silence();
    HoldRequest request =
        new HoldRequest("req-keyed", USER, CREDITS, Usd.of("0.1"), Requests.LIFETIME, Usd.of("10"));
    OneAnswer<Reservation> answer = new OneAnswer<>();

    ledger.reserve(request.by(clock.instant().plusSeconds(10)), answer);

    assertThat(answer.get()).isInstanceOf(Reservation.Unavailable.class);
  }

  @Test
  void nothingIsGracedWhileTheStoreAnswers() {
    assertThat(held("0.6", "10").graced()).isFalse();
    assertThat(reserve("9.5", "10")).isInstanceOf(Reservation.InsufficientCredit.class);
  }

  @Test
  void refusalsOfTheStoreStand() {
    kept.setActive(USER, false);

    assertThat(reserve("0.1", "10")).isEqualTo(new Reservation.UserRefused());
  }

  @Test
  void requestsAreAdmittedWithinTheGrace() {
    store.silence();

    assertThat(held("0.3", "10").graced()).isTrue();
    assertThat(reserve("0.200000001", "10")).isInstanceOf(Reservation.Unavailable.class);
    assertThat(held("0.2", "10").graced()).isTrue();
    assertThat(reserve("0.000000001", "10")).isInstanceOf(Reservation.Unavailable.class);
  }

  @Test
  void accountsThatWereNotSeenOrHadNothingAreRefused() {
    store.silence();

    assertThat(reserve("0.1", null)).isInstanceOf(Reservation.Unavailable.class);
    assertThat(reserve("0.1", "0.09")).isInstanceOf(Reservation.Unavailable.class);
    assertThat(reserve("0.1", "0.1")).isInstanceOf(Reservation.Held.class);
  }

  @Test
  void endedRequestsCountWithWhatTheyCost() {
    store.silence();
    settle(held("0.5", "10"), "0.2");

    assertThat(reserve("0.4", "10")).isInstanceOf(Reservation.Unavailable.class);
    assertThat(held("0.3", "10").graced()).isTrue();
  }

  @Test
  void whatIsOwedAfterAnOutageIsAtMostTheGrace() {
    kept.setBalance(USER, CREDITS, Usd.ZERO);
    store.silence();
    for (int i = 0; i < 20; i++) {
      if (reserve("0.1", "10") instanceof Reservation.Held(Hold hold)) {
        settle(hold, "0.1");
      }
    }
    store.end();
    interrupted.catchUp();

    assertThat(kept.balance(USER, CREDITS)).isEqualTo(Usd.of("-" + GRACE));
    assertThat(kept.held(USER, CREDITS)).isEqualTo(Usd.ZERO);
  }

  @Test
  void everyOutageHasItsGraceOfWhichRequestsStillUnderWayUseTheirs() {
    store.silence(clock.instant());
    Hold underWay = held("0.2", "10");
    settle(held("0.3", "10"), "0.3");
    endAndBeginAfter(GraceAllowance.RENEWAL.plusSeconds(1));

    assertThat(reserve("0.4", "10")).isInstanceOf(Reservation.Unavailable.class);
    settle(underWay, "0.1");
    assertThat(held("0.4", "10").graced()).isTrue();
  }

  @Test
  void outagesInARowShareOneGrace() {
    store.silence(clock.instant());
    settle(held("0.3", "10"), "0.3");
    endAndBeginAfter(Duration.ofSeconds(3));

    assertThat(reserve("0.200000001", "10")).isInstanceOf(Reservation.Unavailable.class);
    assertThat(reserve("0.2", "10")).isInstanceOf(Reservation.Held.class);
  }

  private void endAndBeginAfter(Duration pause) {
    store.end();
    interrupted.catchUp();
    clock.move(pause);
    store.silence(clock.instant());
  }

  @Test
  void gracedRequestIsRaisedWithinTheGrace() {
    store.silence();
    Hold hold = held("0.2", "10");

    assertThat(raise(hold, "0.500000001")).isInstanceOf(Reservation.Unavailable.class);
    assertThat(raise(hold, "0.5")).isEqualTo(new Reservation.Held(hold.of(Usd.of("0.5"))));
    assertThat(reserve("0.000000001", "10")).isInstanceOf(Reservation.Unavailable.class);
  }

  private Reservation raise(Hold hold, String usd) {
    OneAnswer<Reservation> answer = new OneAnswer<>();
    ledger.raise(hold, Usd.of(usd), answer);
    return answer.get();
  }

  private Hold held(String usd, String lastSeen) {
    Reservation reservation = reserve(usd, lastSeen);
    assertThat(reservation).isInstanceOf(Reservation.Held.class);
    return ((Reservation.Held) reservation).hold();
  }

  private Reservation reserve(String usd, @Nullable String lastSeen) {
    OneAnswer<Reservation> answer = new OneAnswer<>();
    ledger.reserve(
        new HoldRequest(
            Requests.nextId(),
            USER,
            CREDITS,
            Usd.of(usd),
            Requests.LIFETIME,
            lastSeen == null ? null : Usd.of(lastSeen)),
        answer);
    return answer.get();
  }

  private void settle(Hold hold, String usd) {
    ledger.settle(settlement(hold, usd), _ -> {});
  }
}
