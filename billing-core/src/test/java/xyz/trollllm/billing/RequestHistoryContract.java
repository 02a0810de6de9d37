package xyz.trollllm.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.billing.Requests.hold;
import static xyz.trollllm.billing.Requests.settlement;
import static xyz.trollllm.config.CreditField.CREDITS;
import static xyz.trollllm.config.CreditField.CREDITS_NEW;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import xyz.trollllm.config.CreditField;

/** What every {@link RequestHistory} promises. */
public abstract class RequestHistoryContract {
  protected static final String USER = "ann.o'hara $1";
  protected static final String OTHER = "bob";

  protected final MovableClock clock = new MovableClock();

  protected abstract CreditLedger ledger();

  /** Creates a user with one dollar in {@code credits} and two in {@code creditsNew}. */
  protected abstract void createUser(String userId);

  protected abstract void setExpiry(String userId, CreditField field, Instant expiresAt);

  /** Releases holds that have expired. */
  protected abstract void releaseExpired();

  /** Moves what was settled to where it stays; nothing if it is there already. */
  protected abstract void carryOn();

  @BeforeEach
  final void createUsers() {
    createUser(USER);
    createUser(OTHER);
  }

  @Test
  void settledRequestSaysWhatItsChargeWasComputedFrom() {
    Hold hold = reserve(USER, CREDITS_NEW, "0.5");
    Settlement settlement = settlement(hold, "0.000318");
    settle(settlement);

    PastRequest before = done(hold.requestId());
    carryOn();

    assertThat(before).isEqualTo(PastRequest.of(settlement, false));
    assertThat(done(hold.requestId())).isEqualTo(before);
    assertThat(before.charge()).isEqualTo(Usd.of("0.000318"));
    assertThat(before.held()).isEqualTo(Usd.of("0.5"));
    assertThat(before.items()).isEqualTo(settlement.record().cost().items()).isNotEmpty();
    assertThat(before.fees()).isEqualTo(settlement.record().cost().fees()).isNotEmpty();
    assertThat(before.multiplier()).isEqualByComparingTo("1.06");
  }

  @Test
  void requestUnderWayIsInProgress() {
    Hold hold = reserve(USER, CREDITS, "0.5");

    assertThat(history().request(USER, hold.requestId()))
        .contains(new RequestTrace.InProgress(hold.requestId(), CREDITS, Usd.of("0.5")));

    settle(settlement(hold, "0"));
  }

  @Test
  void raisedHoldIsSeenAsItStands() {
    Hold hold = reserve(USER, CREDITS, "0.5");
    OneAnswer<Reservation> answer = new OneAnswer<>();
    ledger().raise(hold, Usd.of("0.75"), answer);
    Hold raised = ((Reservation.Held) answer.get()).hold();

    assertThat(history().request(USER, hold.requestId()))
        .contains(new RequestTrace.InProgress(hold.requestId(), CREDITS, Usd.of("0.75")));

    settle(settlement(raised, "0"));
  }

  @Test
  void requestOfAnotherUserIsUnknown() {
    Hold open = reserve(USER, CREDITS, "0.5");
    Hold ended = reserve(USER, CREDITS, "0.1");
    settle(settlement(ended, "0.1"));

    assertThat(history().request(OTHER, open.requestId())).isEmpty();
    assertThat(history().request(OTHER, ended.requestId())).isEmpty();
    carryOn();
    assertThat(history().request(OTHER, ended.requestId())).isEmpty();
    assertThat(history().requests(OTHER, null, 10)).isEmpty();

    settle(settlement(open, "0"));
  }

  @Test
  void whatIsNoIdAtAllIsUnknown() {
    assertThat(history().request(USER, "req-0")).isEmpty();
    assertThat(history().request(USER, "gw.h")).isEmpty();
    assertThat(history().request(USER, "$where")).isEmpty();
    assertThat(history().request(USER, "")).isEmpty();
    assertThat(history().request("nobody", "req-0")).isEmpty();
  }

  @Test
  void requestsComeNewestFirstPageByPage() {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      Hold hold = reserveAs("page-" + i);
      ids.addFirst(hold.requestId());
      if (i < 4) {
        settle(settlement(hold, "0.01"));
      }
      if (i == 2) {
        carryOn(); // so that some wait where others have gone before
      }
    }

    assertThat(ids(history().requests(USER, null, 2))).isEqualTo(ids.subList(0, 2));
    assertThat(ids(history().requests(USER, ids.get(1), 2))).isEqualTo(ids.subList(2, 4));
    assertThat(ids(history().requests(USER, ids.get(3), 2))).isEqualTo(ids.subList(4, 5));
    assertThat(ids(history().requests(USER, ids.get(4), 2))).isEmpty();

    settle(
        settlement(
            new Hold(ids.getFirst(), USER, CREDITS, Usd.of("0.01"), clock.instant()), "0.01"));
  }

  @Test
  void chargeThatComesLateReplacesTheExpiry() {
    Hold hold = reserve(USER, CREDITS, "0.5");
    clock.move(Requests.LIFETIME.multipliedBy(2));
    releaseExpired();
    RequestTrace expired = history().request(USER, hold.requestId()).orElseThrow();
    carryOn();
    assertThat(expired).isInstanceOf(RequestTrace.Expired.class);
    assertThat(history().request(USER, hold.requestId())).contains(expired);

    settle(settlement(hold, "0.25"));

    assertThat(done(hold.requestId()).late()).isTrue();
    carryOn();
    assertThat(done(hold.requestId()).charge()).isEqualTo(Usd.of("0.25"));
    assertThat(history().requests(USER, null, 10)).hasSize(1);
  }

  @Test
  void accountSaysWhatIsThereHeldAndSpent() {
    Instant expiry = clock.instant().plusSeconds(3600).truncatedTo(ChronoUnit.MILLIS);
    setExpiry(USER, CREDITS_NEW, expiry);
    settle(settlement(reserve(USER, CREDITS, "0.5"), "0.000318"));
    Hold open = reserve(USER, CREDITS_NEW, "0.75");

    AccountStatement account = history().account(USER).orElseThrow();

    assertThat(account.balance(CREDITS))
        .isEqualTo(
            new AccountStatement.Balance(Usd.of("0.999682"), Usd.ZERO, Usd.of("0.000318"), null));
    assertThat(account.balance(CREDITS_NEW))
        .isEqualTo(new AccountStatement.Balance(Usd.of("2"), Usd.of("0.75"), Usd.ZERO, expiry));
    assertThat(account.balance(CREDITS_NEW).available()).isEqualTo(Usd.of("1.25"));
    assertThat(account.tokens()).isEqualTo(150);
    assertThat(account.openRequests()).isEqualTo(1);

    settle(settlement(open, "0"));
  }

  @Test
  void unknownUserHasNoAccount() {
    assertThat(history().account("nobody")).isEmpty();
  }

  protected final RequestHistory history() {
    return ledger().history();
  }

  protected final Hold reserve(String userId, CreditField field, String usd) {
    return reserve(hold(userId, field, usd));
  }

  private Hold reserveAs(String requestId) {
    return reserve(new HoldRequest(requestId, USER, CREDITS, Usd.of("0.01"), Requests.LIFETIME));
  }

  private Hold reserve(HoldRequest request) {
    OneAnswer<Reservation> answer = new OneAnswer<>();
    ledger().reserve(request, answer);
    assertThat(answer.get()).isInstanceOf(Reservation.Held.class);
    return ((Reservation.Held) answer.get()).hold();
  }

  protected final void settle(Settlement settlement) {
    OneAnswer<Settled> answer = new OneAnswer<>();
    ledger().settle(settlement, answer);
    assertThat(answer.get()).isInstanceOfAny(Settled.Taken.class, Settled.TakenLate.class);
  }

  private PastRequest done(String requestId) {
    RequestTrace trace = history().request(USER, requestId).orElseThrow();
    assertThat(trace).isInstanceOf(RequestTrace.Done.class);
    return ((RequestTrace.Done) trace).request();
  }

  private static List<String> ids(List<RequestTrace> traces) {
    return traces.stream().map(RequestTrace::requestId).toList();
  }
}
