package xyz.trollllm.billing.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.billing.Requests.hold;
import static xyz.trollllm.billing.Requests.settlement;
import static xyz.trollllm.config.CreditField.CREDITS;

import com.mongodb.MongoSocketReadException;
import com.mongodb.ServerAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import xyz.trollllm.billing.Hold;
import xyz.trollllm.billing.HoldRequest;
import xyz.trollllm.billing.OneAnswer;
import xyz.trollllm.billing.Reservation;
import xyz.trollllm.billing.Settled;
import xyz.trollllm.billing.SwitchedState;
import xyz.trollllm.billing.Usd;

/** What a ledger does that knows its store to be silent. */
final class StoreOutageTest extends LedgerFixture {
  private final SwitchedState state = new SwitchedState();
  private final AtomicBoolean fallsSilent = new AtomicBoolean();
  private final CountedStore counted =
      new CountedStore(
          new ChangedStore(store) {
            @Override
            public boolean update(UserUpdate update) {
              try {
                return super.update(update);
              } finally {
                if (fallsSilent.compareAndSet(true, false)) {
                  state.silence();
                }
              }
            }
          });
  private final MongoCreditLedger watching =
      MongoCreditLedger.open(
          counted,
          _ -> {},
          OPTIONS,
          clock,
          Backoff.DEFAULT,
          Executors.newVirtualThreadPerTaskExecutor(),
          state);

  @AfterEach
  void close() {
    state.end();
    watching.close();
  }

  @Test
  void reservationsAreRefusedAtOnceWithoutAskingTheStore() {
    giveCredit(1.0);
    Hold hold = reserve(hold(USER, CREDITS, "0.5"));
    state.silence();

    assertThat(tryToReserve(watching, hold(USER, CREDITS, "0.1")))
        .isEqualTo(new Reservation.Unavailable("the store does not answer"));
    OneAnswer<Reservation> raised = new OneAnswer<>();
    watching.raise(hold, Usd.of("0.6"), raised);
    assertThat(raised.get()).isEqualTo(new Reservation.Unavailable("the store does not answer"));
    watching.extend(hold);

    assertThat(counted.updates()).isZero();
    settle(settlement(hold, "0.5"));
  }

  @Test
  void settlementsWaitAndAreTakenOnce() {
    giveCredit(1.0);
    Hold hold = reserve(hold(USER, CREDITS, "0.5"));
    state.silence();
    OneAnswer<Settled> answer = new OneAnswer<>();

    watching.settle(settlement(hold, "0.25"), answer);

    assertThat(answer.get()).isEqualTo(new Settled.Deferred("the store does not answer"));
    assertThat(watching.unsettled()).isOne();
    assertThat(counted.updates()).isZero();
    state.end();
    Eventually.holds(() -> watching.unsettled() == 0);
    assertThat(user().getDouble("credits")).isEqualTo(0.75);
  }

  @Test
  void whatARefusedRequestHoldsAfterAllIsGivenBack() {
    giveCredit(1.0);
    reserve(hold(USER, CREDITS, "0"));
    store.loseReplies(1);
    Reservation refused = reserveWhileTheStoreFallsSilent(hold(USER, CREDITS, "0.5"));

    assertThat(refused).isInstanceOf(Reservation.Unavailable.class);
    assertThat(Documents.count(user(), "gw.held.credits")).isEqualTo(500_000_000);
    state.end();
    watching.upkeep().sweepOnce();
    assertThat(Documents.count(user(), "gw.held.credits")).isEqualTo(500_000_000);
    clock.move(Duration.ofSeconds(13));
    watching.upkeep().sweepOnce();

    assertThat(Documents.count(user(), "gw.held.credits")).isZero();
  }

  @Test
  void whatIsWantedAfterAllIsNotGivenBack() {
    giveCredit(1.0);
    reserve(hold(USER, CREDITS, "0"));
    store.loseReplies(1);
    HoldRequest request = hold(USER, CREDITS, "0.5");
    reserveWhileTheStoreFallsSilent(request);

    Hold graced =
        new Hold(request.requestId(), USER, CREDITS, Usd.of("0.5"), clock.instant(), true);
    watching.extend(graced);
    state.end();
    clock.move(Duration.ofSeconds(13));
    watching.upkeep().sweepOnce();

    assertThat(settle(settlement(graced, "0.25"))).isEqualTo(new Settled.Taken());
    assertThat(Documents.count(user(), "gw.held.credits")).isZero();
  }

  /** The reservation takes effect, its reply is lost, and then the store is known to be silent. */
  private Reservation reserveWhileTheStoreFallsSilent(HoldRequest request) {
    fallsSilent.set(true);
    return tryToReserve(watching, request);
  }

  private static Reservation tryToReserve(MongoCreditLedger ledger, HoldRequest request) {
    OneAnswer<Reservation> answer = new OneAnswer<>();
    ledger.reserve(request, answer);
    return answer.get();
  }

  @Test
  void watchSaysSinceWhenTheStoreIsSilent() {
    AtomicBoolean answers = new AtomicBoolean(true);
    StoreWatch watch = watch(answers);
    watch.look();
    assertThat(watch.silentSince()).isEmpty();
    answers.set(false);

    watch.look();
    Instant since = watch.silentSince().orElseThrow();
    clock.move(Duration.ofSeconds(60));
    watch.look();

    assertThat(watch.silentSince()).contains(since);
    answers.set(true);
    watch.look();
    assertThat(watch.silentSince()).isEmpty();
  }

  private StoreWatch watch(AtomicBoolean answers) {
    return new StoreWatch(
        () -> {
          if (!answers.get()) {
            throw new MongoSocketReadException("as the test wants it", new ServerAddress());
          }
        },
        clock);
  }
}
