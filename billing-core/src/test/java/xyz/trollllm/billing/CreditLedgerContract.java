package xyz.trollllm.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static xyz.trollllm.billing.Requests.hold;
import static xyz.trollllm.billing.Requests.settlement;
import static xyz.trollllm.config.CreditField.CREDITS;
import static xyz.trollllm.config.CreditField.CREDITS_NEW;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import xyz.trollllm.config.CreditField;

/** What every {@link CreditLedger} promises. */
public abstract class CreditLedgerContract {
  private static final int THREADS = 16;

  protected static final String USER = "ann.o'hara $1";

  protected final MovableClock clock = new MovableClock();

  protected abstract CreditLedger ledger();

  /** The same ledger, set up for many requests of one user within seconds. */
  protected CreditLedger busyLedger() {
    return ledger();
  }

  /** How many charges use a balance up; a multiple of the number of threads. */
  protected int microCharges() {
    return 10_000;
  }

  /** Sets both balances of {@link #USER}. */
  protected abstract void giveCredit(String credits, String creditsNew);

  protected abstract void setExpiry(CreditField field, Instant expiresAt);

  protected abstract void disableUser();

  /** The balance as it is stored, to the nearest nano-dollar. */
  protected abstract Usd balance(CreditField field);

  protected abstract Usd held(CreditField field);

  /** What was ever taken, exactly. */
  protected abstract Usd spent(CreditField field);

  /** Releases holds that have expired. */
  protected abstract void releaseExpired();

  @Test
  void chargeIsTakenFromTheFieldAndTheHoldReleased() {
    giveCredit("1", "2");

    Hold hold = reserve(CREDITS_NEW, "0.5");
    assertThat(held(CREDITS_NEW)).isEqualTo(Usd.of("0.5"));
    assertThat(balance(CREDITS_NEW)).isEqualTo(Usd.of("2"));
    Settled settled = settle(settlement(hold, "0.000318"));

    assertThat(settled).isEqualTo(new Settled.Taken());
    assertThat(balance(CREDITS_NEW)).isEqualTo(Usd.of("1.999682"));
    assertThat(spent(CREDITS_NEW)).isEqualTo(Usd.of("0.000318"));
    assertThat(held(CREDITS_NEW)).isEqualTo(Usd.ZERO);
  }

  @Test
  void holdSaysWhatWasAskedFor() {
    giveCredit("1", "2");
    HoldRequest request = hold(USER, CREDITS, "0.25");

    Hold hold = reserve(request);

    assertThat(hold.requestId()).isEqualTo(request.requestId());
    assertThat(hold.userId()).isEqualTo(USER);
    assertThat(hold.creditField()).isEqualTo(CREDITS);
    assertThat(hold.amount()).isEqualTo(Usd.of("0.25"));
    assertThat(hold.expiresAt())
        .isBetween(clock.instant().plusSeconds(840), clock.instant().plusSeconds(900));
  }

  @Test
  void otherFieldIsNeverTouched() {
    giveCredit("1", "2");

    settle(settlement(reserve(CREDITS, "0.5"), "0.5"));

    assertThat(balance(CREDITS)).isEqualTo(Usd.of("0.5"));
    assertThat(balance(CREDITS_NEW)).isEqualTo(Usd.of("2"));
    assertThat(spent(CREDITS_NEW)).isEqualTo(Usd.ZERO);
    assertThat(held(CREDITS_NEW)).isEqualTo(Usd.ZERO);
  }

  @Test
  void creditInTheOtherFieldDoesNotHelp() {
    giveCredit("0", "1000");

    assertThat(tryToReserve(hold(USER, CREDITS, "0.01")))
        .isEqualTo(new Reservation.InsufficientCredit(Usd.ZERO));
  }

  @Test
  void fieldsAreHeldAndSpentIndependently() {
    giveCredit("1", "1");

    Hold one = reserve(CREDITS, "1");
    Hold other = reserve(CREDITS_NEW, "1");
    settle(settlement(one, "0.25"));
    settle(settlement(other, "0.75"));

    assertThat(balance(CREDITS)).isEqualTo(Usd.of("0.75"));
    assertThat(balance(CREDITS_NEW)).isEqualTo(Usd.of("0.25"));
  }

  @Test
  void repeatedReservationHoldsOnce() {
    giveCredit("1", "1");
    HoldRequest request = hold(USER, CREDITS, "0.6");

    Hold first = reserve(request);
    Hold again = reserve(request);

    assertThat(again).isEqualTo(first);
    assertThat(held(CREDITS)).isEqualTo(Usd.of("0.6"));
  }

  @Test
  void repeatedSettlementTakesOnce() {
    giveCredit("1", "1");
    Settlement settlement = settlement(reserve(CREDITS, "0.5"), "0.4");

    assertThat(settle(settlement)).isEqualTo(new Settled.Taken());
    assertThat(settle(settlement)).isEqualTo(new Settled.AlreadyTaken());
    assertThat(settle(settlement)).isEqualTo(new Settled.AlreadyTaken());

    assertThat(balance(CREDITS)).isEqualTo(Usd.of("0.6"));
    assertThat(spent(CREDITS)).isEqualTo(Usd.of("0.4"));
  }

  @Test
  void concurrentSettlementsOfOneRequestTakeOnce() throws Exception {
    giveCredit("1", "1");
    Settlement settlement = settlement(reserve(CREDITS, "0.5"), "0.4");

    List<Settled> settled = concurrently(20, _ -> () -> settle(settlement));

    assertThat(settled).containsOnlyOnce(new Settled.Taken());
    assertThat(settled).filteredOn(Settled.AlreadyTaken.class::isInstance).hasSize(19);
    assertThat(spent(CREDITS)).isEqualTo(Usd.of("0.4"));
  }

  @Test
  void settledRequestIsNotHeldAgain() {
    giveCredit("1", "1");
    HoldRequest request = hold(USER, CREDITS, "0.5");
    settle(settlement(reserve(request), "0.1"));

    assertThat(tryToReserve(request)).isInstanceOf(Reservation.Unavailable.class);
    assertThat(held(CREDITS)).isEqualTo(Usd.ZERO);
  }

  @Test
  void settlementWithoutHoldTakesNothing() {
    giveCredit("1", "1");
    Hold made = new Hold("no-such", USER, CREDITS, Usd.of("0.5"), clock.instant());

    assertThat(settle(settlement(made, "0.5"))).isEqualTo(new Settled.UnknownHold());

    assertThat(balance(CREDITS)).isEqualTo(Usd.of("1"));
  }

  @Test
  void insufficientCreditIsRefusedAndNamesWhatIsAvailable() {
    giveCredit("1", "1");
    reserve(CREDITS, "0.7");

    assertThat(tryToReserve(hold(USER, CREDITS, "0.300000001")))
        .isEqualTo(new Reservation.InsufficientCredit(Usd.of("0.3")));
    assertThat(tryToReserve(hold(USER, CREDITS, "0.3"))).isInstanceOf(Reservation.Held.class);
  }

  @Test
  void chargeMayExceedItsHold() {
    giveCredit("1", "1");

    settle(settlement(reserve(CREDITS, "0.1"), "1.5"));

    assertThat(balance(CREDITS)).isEqualTo(Usd.of("-0.5"));
    assertThat(spent(CREDITS)).isEqualTo(Usd.of("1.5"));
    assertThat(tryToReserve(hold(USER, CREDITS, "0")))
        .isEqualTo(new Reservation.InsufficientCredit(Usd.of("-0.5")));
  }

  @Test
  void zeroChargeReleasesTheHold() {
    giveCredit("1", "1");

    assertThat(settle(settlement(reserve(CREDITS, "1"), "0"))).isEqualTo(new Settled.Taken());

    assertThat(balance(CREDITS)).isEqualTo(Usd.of("1"));
    assertThat(held(CREDITS)).isEqualTo(Usd.ZERO);
  }

  @Test
  void expiredFieldIsRefusedWhateverItsBalance() {
    giveCredit("1", "1");
    setExpiry(CREDITS, clock.instant().minusSeconds(1));

    assertThat(tryToReserve(hold(USER, CREDITS, "0.1"))).isEqualTo(new Reservation.CreditExpired());
    assertThat(tryToReserve(hold(USER, CREDITS_NEW, "0.1"))).isInstanceOf(Reservation.Held.class);
  }

  @Test
  void fieldIsSpentUntilItsExpiry() {
    giveCredit("1", "1");
    setExpiry(CREDITS, clock.instant().plusSeconds(600));

    assertThat(tryToReserve(hold(USER, CREDITS, "0.1"))).isInstanceOf(Reservation.Held.class);
    clock.move(Duration.ofSeconds(601));
    assertThat(tryToReserve(hold(USER, CREDITS, "0.1"))).isEqualTo(new Reservation.CreditExpired());
  }

  @Test
  void disabledUserIsRefused() {
    giveCredit("1", "1");
    disableUser();

    assertThat(tryToReserve(hold(USER, CREDITS, "0.1"))).isEqualTo(new Reservation.UserRefused());
  }

  @Test
  void unknownUserIsRefused() {
    assertThat(tryToReserve(hold("nobody", CREDITS, "0.1")))
        .isEqualTo(new Reservation.UserRefused());
  }

  @Test
  void expiredHoldIsReleased() {
    giveCredit("1", "1");
    reserve(CREDITS, "1");
    clock.move(Requests.LIFETIME.plusMinutes(1));

    releaseExpired();

    assertThat(held(CREDITS)).isEqualTo(Usd.ZERO);
    assertThat(balance(CREDITS)).isEqualTo(Usd.of("1"));
    assertThat(tryToReserve(hold(USER, CREDITS, "1"))).isInstanceOf(Reservation.Held.class);
  }

  @Test
  void holdThatStillStandsIsNotReleased() {
    giveCredit("1", "1");
    reserve(CREDITS, "1");
    clock.move(Requests.LIFETIME.minusMinutes(1));

    releaseExpired();

    assertThat(held(CREDITS)).isEqualTo(Usd.of("1"));
  }

  @Test
  void chargeAfterItsHoldExpiredIsTakenLateAndOnce() {
    giveCredit("1", "1");
    Settlement settlement = settlement(reserve(CREDITS, "0.5"), "0.4");
    clock.move(Requests.LIFETIME.plusMinutes(1));
    releaseExpired();

    assertThat(settle(settlement)).isEqualTo(new Settled.TakenLate());
    assertThat(settle(settlement)).isEqualTo(new Settled.AlreadyTaken());

    assertThat(balance(CREDITS)).isEqualTo(Usd.of("0.6"));
    assertThat(spent(CREDITS)).isEqualTo(Usd.of("0.4"));
    assertThat(held(CREDITS)).isEqualTo(Usd.ZERO);
  }

  @Test
  void gracedRequestIsChargedOnceThoughNothingWasHeld() {
    giveCredit("1", "2");
    Settlement settlement = settlement(graced("0.5"), "0.4");

    assertThat(settle(settlement)).isEqualTo(new Settled.Taken());
    assertThat(settle(settlement)).isEqualTo(new Settled.AlreadyTaken());

    assertThat(balance(CREDITS)).isEqualTo(Usd.of("0.6"));
    assertThat(spent(CREDITS)).isEqualTo(Usd.of("0.4"));
    assertThat(held(CREDITS)).isEqualTo(Usd.ZERO);
  }

  @Test
  void gracedRequestIsChargedWhateverTheBalanceIsByThen() {
    giveCredit("0.1", "2");
    reserve(CREDITS, "0.1");
    disableUser();

    assertThat(settle(settlement(graced("0.5"), "0.4"))).isEqualTo(new Settled.Taken());

    assertThat(balance(CREDITS)).isEqualTo(Usd.of("-0.3"));
    assertThat(held(CREDITS)).isEqualTo(Usd.of("0.1"));
  }

  @Test
  void gracedRequestWhoseHoldStandsAfterAllReleasesIt() {
    giveCredit("1", "2");
    Hold hold = reserve(CREDITS, "0.5");

    Settled settled = settle(settlement(hold.of(Usd.of("0.7")).asGraced(), "0.4"));

    assertThat(settled).isEqualTo(new Settled.Taken());
    assertThat(held(CREDITS)).isEqualTo(Usd.ZERO);
    assertThat(balance(CREDITS)).isEqualTo(Usd.of("0.6"));
  }

  @Test
  void gracedRequestIsNotHeldOnceItIsSettled() {
    giveCredit("1", "2");
    HoldRequest request = hold(USER, CREDITS, "0.5");
    Hold hold =
        new Hold(request.requestId(), USER, CREDITS, request.amount(), clock.instant()).asGraced();
    settle(settlement(hold, "0.4"));

    assertThat(tryToReserve(request)).isInstanceOf(Reservation.Unavailable.class);
    assertThat(held(CREDITS)).isEqualTo(Usd.ZERO);
  }

  @Test
  void gracedRequestOfNobodyTakesNothing() {
    Hold hold = graced("0.5");

    assertThat(settle(settlement(hold, "0.4"))).isEqualTo(new Settled.UnknownHold());
  }

  @Test
  void concurrentSettlementsOfOneGracedRequestTakeOnce() throws Exception {
    giveCredit("1", "1");
    Settlement settlement = settlement(graced("0.5"), "0.4");

    List<Settled> settled = concurrently(20, _ -> () -> settle(settlement));

    assertThat(settled).containsOnlyOnce(new Settled.Taken());
    assertThat(spent(CREDITS)).isEqualTo(Usd.of("0.4"));
  }

  /** The hold of a request that was admitted without the ledger's store. */
  private Hold graced(String usd) {
    return new Hold(Requests.nextId(), USER, CREDITS, Usd.of(usd), clock.instant()).asGraced();
  }

  @Test
  void extendedHoldDoesNotExpire() {
    giveCredit("1", "1");
    Hold hold = reserve(CREDITS, "0.5");
    clock.move(Requests.LIFETIME.minusMinutes(1));

    extend(hold);
    clock.move(Duration.ofMinutes(5));
    releaseExpired();

    assertThat(held(CREDITS)).isEqualTo(Usd.of("0.5"));
    assertThat(settle(settlement(hold, "0.5"))).isEqualTo(new Settled.Taken());
  }

  @Test
  void raisedHoldIsSettledAsAWhole() {
    giveCredit("1", "2");
    Hold hold = reserve(CREDITS, "0.25");

    Hold raised = raise(hold, "0.75");

    assertThat(raised).isEqualTo(hold.of(Usd.of("0.75")));
    assertThat(held(CREDITS)).isEqualTo(Usd.of("0.75"));
    assertThat(held(CREDITS_NEW)).isEqualTo(Usd.ZERO);
    assertThat(settle(settlement(raised, "0.6"))).isEqualTo(new Settled.Taken());
    assertThat(held(CREDITS)).isEqualTo(Usd.ZERO);
    assertThat(balance(CREDITS)).isEqualTo(Usd.of("0.4"));
  }

  @Test
  void raisedHoldMayBeSettledByAnyAmountItHad() {
    giveCredit("1", "1");
    Hold first = reserve(CREDITS, "0.1");
    Hold second = raise(first, "0.2");
    raise(second, "0.3");

    assertThat(settle(settlement(first, "0.25"))).isEqualTo(new Settled.Taken());
    assertThat(settle(settlement(second, "0.25"))).isEqualTo(new Settled.AlreadyTaken());

    assertThat(held(CREDITS)).isEqualTo(Usd.ZERO);
    assertThat(spent(CREDITS)).isEqualTo(Usd.of("0.25"));
  }

  @Test
  void repeatedRaiseHoldsOnce() {
    giveCredit("1", "1");
    Hold hold = reserve(CREDITS, "0.25");

    raise(hold, "0.5");
    raise(hold, "0.5");

    assertThat(raise(hold, "0.4").amount()).isEqualTo(Usd.of("0.5"));
    assertThat(held(CREDITS)).isEqualTo(Usd.of("0.5"));
  }

  @Test
  void raiseThatTheBalanceDoesNotCoverLeavesTheHold() {
    giveCredit("1", "1000");
    Hold hold = reserve(CREDITS, "0.25");
    reserve(CREDITS, "0.5");

    assertThat(tryToRaise(hold, "0.500000001"))
        .isEqualTo(new Reservation.InsufficientCredit(Usd.of("0.25")));
    assertThat(held(CREDITS)).isEqualTo(Usd.of("0.75"));
    assertThat(raise(hold, "0.5").amount()).isEqualTo(Usd.of("0.5"));
    assertThat(settle(settlement(hold, "0.5"))).isEqualTo(new Settled.Taken());
  }

  @Test
  void settledRequestIsNotRaised() {
    giveCredit("1", "1");
    Hold hold = reserve(CREDITS, "0.25");
    settle(settlement(hold, "0.25"));

    assertThat(tryToRaise(hold, "0.5")).isInstanceOf(Reservation.Unavailable.class);
    assertThat(held(CREDITS)).isEqualTo(Usd.ZERO);
  }

  @Test
  void holdIsNotRaisedOnceItsCreditHasExpired() {
    giveCredit("1", "1");
    Hold hold = reserve(CREDITS, "0.25");
    setExpiry(CREDITS, clock.instant().minusSeconds(1));

    assertThat(tryToRaise(hold, "0.5")).isEqualTo(new Reservation.CreditExpired());
    assertThat(held(CREDITS)).isEqualTo(Usd.of("0.25"));
  }

  @Test
  void holdOfADisabledUserIsNotRaised() {
    giveCredit("1", "1");
    Hold hold = reserve(CREDITS, "0.25");
    disableUser();

    assertThat(tryToRaise(hold, "0.5")).isEqualTo(new Reservation.UserRefused());
  }

  @Test
  void holdIsNeverLowered() {
    giveCredit("1", "1");
    Hold hold = reserve(CREDITS, "0.25");

    assertThatThrownBy(() -> tryToRaise(hold, "0.25")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void raisedHoldExpiresAsAWhole() {
    giveCredit("1", "1");
    raise(reserve(CREDITS, "0.25"), "1");
    clock.move(Requests.LIFETIME.plusMinutes(1));

    releaseExpired();

    assertThat(held(CREDITS)).isEqualTo(Usd.ZERO);
    assertThat(tryToReserve(hold(USER, CREDITS, "1"))).isInstanceOf(Reservation.Held.class);
  }

  @Test
  void moneyForTenRaisesAllowsTenOfForty() throws Exception {
    giveCredit("5", "0");
    List<Hold> holds = concurrently(40, _ -> () -> reserve(CREDITS, "0.1"));

    List<Reservation> raises = concurrently(40, i -> () -> tryToRaise(holds.get(i), "0.2"));

    assertThat(raises).filteredOn(Reservation.Held.class::isInstance).hasSize(10);
    assertThat(raises).filteredOn(Reservation.InsufficientCredit.class::isInstance).hasSize(30);
    assertThat(held(CREDITS)).isEqualTo(Usd.of("5"));
  }

  @Test
  void concurrentRaisesOfOneHoldEndAtTheLargest() throws Exception {
    giveCredit("1", "0");
    Hold hold = reserve(CREDITS, "0.1");

    List<Reservation> raises = concurrently(8, i -> () -> tryToRaise(hold, "0." + (i + 2)));

    assertThat(raises).allMatch(Reservation.Held.class::isInstance);
    assertThat(held(CREDITS)).isEqualTo(Usd.of("0.9"));
    assertThat(settle(settlement(hold, "0.9"))).isEqualTo(new Settled.Taken());
    assertThat(held(CREDITS)).isEqualTo(Usd.ZERO);
  }

  @Test
  void raisesBesideTheirSettlementsLeaveNothingHeld() throws Exception {
    giveCredit("10", "0");

    List<Settled> settled =
        concurrently(
            40,
            _ ->
                () -> {
                  Hold hold = reserve(CREDITS, "0.1");
                  OneAnswer<Reservation> raised = new OneAnswer<>();
                  ledger().raise(hold, Usd.of("0.2"), raised);
                  Settled end = settle(settlement(hold, "0.15"));
                  raised.get();
                  return end;
                });

    assertThat(settled).containsOnly(new Settled.Taken());
    assertThat(held(CREDITS)).isEqualTo(Usd.ZERO);
    assertThat(spent(CREDITS)).isEqualTo(Usd.of("6"));
  }

  @Test
  void moneyForTenRequestsAdmitsTenOfTwoHundred() throws Exception {
    giveCredit("1", "0");

    List<Reservation> reservations =
        concurrently(200, _ -> () -> tryToReserve(hold(USER, CREDITS, "0.1")));

    assertThat(reservations).filteredOn(Reservation.Held.class::isInstance).hasSize(10);
    assertThat(reservations)
        .filteredOn(Reservation.InsufficientCredit.class::isInstance)
        .hasSize(190);
    assertThat(held(CREDITS)).isEqualTo(Usd.of("1"));
  }

  @Test
  void microChargesByManyThreadsEndAtExactlyZero() throws Exception {
    Usd charge = Usd.of("0.000123");
    Usd credit = new Usd(charge.amount().multiply(BigDecimal.valueOf(microCharges())));
    giveCredit("0", credit.toString());

    concurrently(
        THREADS,
        _ ->
            () -> {
              for (int i = 0; i < microCharges() / THREADS; i++) {
                serve(busyLedger(), hold(USER, CREDITS_NEW, charge.toString()));
              }
              return true;
            });

    assertThat(spent(CREDITS_NEW)).isEqualTo(credit);
    assertThat(balance(CREDITS_NEW)).isEqualTo(Usd.ZERO);
    assertThat(held(CREDITS_NEW)).isEqualTo(Usd.ZERO);
    assertThat(tryToReserve(hold(USER, CREDITS_NEW, "0.000000001")))
        .isInstanceOf(Reservation.InsufficientCredit.class);
  }

  @Test
  void everyCallbackIsCalledOnce() {
    giveCredit("1", "1");
    AtomicInteger reservations = new AtomicInteger();
    AtomicInteger settlements = new AtomicInteger();
    HoldRequest request = hold(USER, CREDITS, "0.1");
    Settlement settlement = settlement(reserve(request), "0.1");

    ledger().reserve(request, _ -> reservations.incrementAndGet());
    ledger().settle(settlement, _ -> settlements.incrementAndGet());
    ledger().settle(settlement, _ -> settlements.incrementAndGet());
    ledger().close();

    assertThat(reservations).hasValue(1);
    assertThat(settlements).hasValue(2);
  }

  @Test
  void closedLedgerStillCallsBack() {
    giveCredit("1", "1");

    ledger().close();

    assertThat(tryToReserve(hold("nobody", CREDITS, "0.1")))
        .isNotInstanceOf(Reservation.Held.class);
  }

  protected final Hold reserve(CreditField field, String usd) {
    return reserve(hold(USER, field, usd));
  }

  protected final Hold reserve(HoldRequest request) {
    Reservation reservation = tryToReserve(request);
    assertThat(reservation).isInstanceOf(Reservation.Held.class);
    return ((Reservation.Held) reservation).hold();
  }

  protected final Hold raise(Hold hold, String usd) {
    Reservation reservation = tryToRaise(hold, usd);
    assertThat(reservation).isInstanceOf(Reservation.Held.class);
    return ((Reservation.Held) reservation).hold();
  }

  protected final Reservation tryToRaise(Hold hold, String usd) {
    OneAnswer<Reservation> answer = new OneAnswer<>();
    ledger().raise(hold, Usd.of(usd), answer);
    return answer.get();
  }

  protected final Reservation tryToReserve(HoldRequest request) {
    OneAnswer<Reservation> answer = new OneAnswer<>();
    ledger().reserve(request, answer);
    return answer.get();
  }

  /** Holds and settles one request that costs just what it holds. */
  private static void serve(CreditLedger ledger, HoldRequest request) {
    Reservation reservation;
    do { // a busy machine may miss the deadline
      OneAnswer<Reservation> answer = new OneAnswer<>();
      ledger.reserve(request, answer);
      reservation = answer.get();
    } while (reservation instanceof Reservation.Unavailable);
    Hold hold = ((Reservation.Held) reservation).hold();
    OneAnswer<Settled> settled = new OneAnswer<>();
    ledger.settle(settlement(hold, request.amount()), settled);
    assertThat(settled.get()).isEqualTo(new Settled.Taken());
  }

  protected final Settled settle(Settlement settlement) {
    OneAnswer<Settled> answer = new OneAnswer<>();
    ledger().settle(settlement, answer);
    return answer.get();
  }

  /** Extends a hold and waits until that has happened. */
  protected void extend(Hold hold) {
    ledger().extend(hold);
  }

  protected static <T> List<T> concurrently(int times, IntFunction<Callable<T>> task)
      throws Exception {
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<T>> futures = new ArrayList<>();
      for (int i = 0; i < times; i++) {
        futures.add(executor.submit(task.apply(i)));
      }
      List<T> results = new ArrayList<>();
      for (Future<T> future : futures) {
        results.add(future.get(2, TimeUnit.MINUTES));
      }
      return results;
    }
  }
}
