package xyz.trollllm.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.config.CreditField.CREDITS;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import xyz.trollllm.billing.IdempotencyClaim.CarriedOut;
import xyz.trollllm.billing.IdempotencyClaim.Granted;
import xyz.trollllm.billing.IdempotencyClaim.InFlight;
import xyz.trollllm.billing.IdempotencyClaim.OtherRequest;
import xyz.trollllm.billing.Settlement.Outcome;

/** What every {@link IdempotencyKeys} promises. */
public abstract class IdempotencyKeysContract {
  protected static final String USER = "ann.o'hara $1";
  protected static final String KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324";
  private static final String BODY = "a body";

  protected final MovableClock clock = new MovableClock();

  protected abstract CreditLedger ledger();

  /** Where the keys stand, on a store whose clock goes right whatever {@link #clock} says. */
  protected abstract IdempotencyTable table();

  /** Gives a user 100 dollars in {@code credits}. */
  protected abstract void createUser(String userId);

  /** Releases holds that have expired. */
  protected abstract void releaseExpired();

  /** Moves what was settled to where it stays; nothing if it is there already. */
  protected abstract void carryOn();

  @BeforeEach
  final void createUsers() {
    createUser(USER);
    createUser("bob");
  }

  protected final IdempotencyKeys keys() {
    return IdempotencyKeys.of(table(), ledger().history(), clock);
  }

  protected static IdempotentRequest request(String id) {
    return request(id, BODY);
  }

  private static IdempotentRequest request(String id, String body) {
    return IdempotentRequest.of(id, USER, KEY, body);
  }

  @Test
  void firstRequestGetsTheKeyHoweverOftenItAsks() {
    IdempotencyClaim claim = keys().claim(request("a"));

    assertThat(claim).isInstanceOf(Granted.class);
    assertThat(keys().claim(request("a"))).isEqualTo(claim);
  }

  @Test
  void equalRequestIsInFlightUntilItEnds() {
    Granted claim = granted("a");

    assertThat(keys().claim(request("b"))).isEqualTo(new InFlight("a"));
    Hold hold = hold("a", claim);
    assertThat(keys().claim(request("b"))).isEqualTo(new InFlight("a"));

    settle(hold, Outcome.OK, "0.01", Basis.UPSTREAM);
    assertThat(keys().claim(request("b"))).isEqualTo(new CarriedOut("a"));
    carryOn();
    assertThat(keys().claim(request("b"))).isEqualTo(new CarriedOut("a"));
  }

  @Test
  void whatWasAnsweredOrChargedIsCarriedOut() {
    serve("a", Outcome.OK, "0", Basis.UPSTREAM);
    assertThat(keys().claim(request("b"))).isEqualTo(new CarriedOut("a"));

    table().delete(request("a").keyHash(), "a");
    serve("c", Outcome.CANCELLED, "0.01", Basis.PARTIAL);
    assertThat(keys().claim(request("b"))).isEqualTo(new CarriedOut("c"));

    table().delete(request("a").keyHash(), "c");
    serve("d", Outcome.ERROR, "0", Basis.ESTIMATED);
    assertThat(keys().claim(request("b"))).isEqualTo(new CarriedOut("d"));
  }

  @Test
  void requestThatEndedForNothingLeavesItsKeyToAnother() {
    serve("a", Outcome.ERROR, "0", Basis.VOID);

    assertThat(keys().claim(request("b", "another body"))).isInstanceOf(Granted.class);
    assertThat(keys().claim(request("a"))).isEqualTo(new OtherRequest("b"));

    table().delete(request("b").keyHash(), "b");
    serve("c", Outcome.CANCELLED, "0", Basis.VOID);
    carryOn();
    assertThat(keys().claim(request("d"))).isInstanceOf(Granted.class);
  }

  @Test
  void anotherRequestDoesNotGetTheKey() {
    Hold hold = hold("a", granted("a"));
    assertThat(keys().claim(request("b", "another body"))).isEqualTo(new OtherRequest("a"));

    settle(hold, Outcome.OK, "0.01", Basis.UPSTREAM);
    assertThat(keys().claim(request("b", "another body"))).isEqualTo(new OtherRequest("a"));
  }

  @Test
  void keyThatIsGivenBackIsFree() {
    granted("a");

    keys().release(request("b"));
    assertThat(keys().claim(request("b"))).isEqualTo(new InFlight("a"));
    keys().release(request("a"));
    assertThat(keys().claim(request("b"))).isInstanceOf(Granted.class);
  }

  @Test
  void keyOfAProcessThatDiedBeforeItHeldAnythingIsFreeWhenItsClaimIsOver() {
    clock.move(Duration.ofSeconds(-13));
    Granted claim = granted("a");
    clock.move(Duration.ofSeconds(13));
    assertThat(keys().claim(request("b"))).isInstanceOf(Granted.class);
    assertThat(tryToHold("a", claim)).isInstanceOf(Reservation.Unavailable.class);
  }

  @Test
  void keyOfAProcessThatDiedAfterwardsIsFreeWhenItsHoldExpired() {
    hold("a", granted("a"));
    clock.move(Requests.LIFETIME.multipliedBy(2));
    assertThat(keys().claim(request("b"))).isEqualTo(new InFlight("a"));

    releaseExpired();

    assertThat(keys().claim(request("b"))).isInstanceOf(Granted.class);
    carryOn();
  }

  @Test
  void equalKeysOfTwoUsersAreTwoKeys() {
    granted("a");

    assertThat(keys().claim(IdempotentRequest.of("b", "bob", KEY, BODY)))
        .isInstanceOf(Granted.class);
    assertThat(IdempotentRequest.of("b", "a", "b:c", BODY).keyHash())
        .isNotEqualTo(IdempotentRequest.of("b", "a:b", "c", BODY).keyHash());
  }

  @Test
  void oneOfManyAtOnceGetsTheKey() throws Exception {
    assertThatOneOfManyGetsTheKey();
  }

  @Test
  void oneOfManyAtOnceTakesAKeyOver() throws Exception {
    serve("a", Outcome.ERROR, "0", Basis.VOID);

    assertThatOneOfManyGetsTheKey();
  }

  private void assertThatOneOfManyGetsTheKey() throws Exception {
    List<Callable<IdempotencyClaim>> tasks = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      IdempotentRequest request = request("req-" + i);
      tasks.add(() -> keys().claim(request));
    }

    List<IdempotencyClaim> claims = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(16)) {
      for (Future<IdempotencyClaim> claim : threads.invokeAll(tasks)) {
        claims.add(claim.get());
      }
    }

    assertThat(claims).filteredOn(Granted.class::isInstance).hasSize(1);
    assertThat(claims).filteredOn(InFlight.class::isInstance).hasSize(99);
  }

  @Test
  void keysAreForgottenAfterADay() {
    clock.move(Duration.ofHours(-23));
    granted("young");
    clock.move(Duration.ofHours(23));
    table().removeExpired(clock.instant());
    assertThat(table().find(request("young").keyHash())).isPresent();
    keys().release(request("young"));

    clock.move(Duration.ofHours(-25));
    granted("old");
    clock.move(Duration.ofHours(25));
    table().removeExpired(clock.instant());
    assertThat(table().find(request("old").keyHash())).isEmpty();
  }

  private Granted granted(String id) {
    IdempotencyClaim claim = keys().claim(request(id));
    assertThat(claim).isInstanceOf(Granted.class);
    return (Granted) claim;
  }

  private void serve(String id, Outcome outcome, String charge, Basis basis) {
    settle(hold(id, granted(id)), outcome, charge, basis);
  }

  private Hold hold(String id, Granted claim) {
    Reservation reservation = tryToHold(id, claim);
    assertThat(reservation).isInstanceOf(Reservation.Held.class);
    return ((Reservation.Held) reservation).hold();
  }

  private Reservation tryToHold(String id, Granted claim) {
    OneAnswer<Reservation> answer = new OneAnswer<>();
    ledger()
        .reserve(
            new HoldRequest(id, USER, CREDITS, Usd.of("0.5"), Requests.LIFETIME)
                .by(claim.notAfter()),
            answer);
    return answer.get();
  }

  private void settle(Hold hold, Outcome outcome, String charge, Basis basis) {
    OneAnswer<Settled> answer = new OneAnswer<>();
    ledger().settle(Requests.settlement(hold, outcome, Usd.of(charge), basis), answer);
    assertThat(answer.get()).isInstanceOf(Settled.Taken.class);
  }
}
