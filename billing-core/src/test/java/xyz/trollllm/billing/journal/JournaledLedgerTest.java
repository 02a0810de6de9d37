package xyz.trollllm.billing.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.billing.Requests.hold;
import static xyz.trollllm.billing.Requests.settlement;
import static xyz.trollllm.config.CreditField.CREDITS;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import xyz.trollllm.billing.CreditLedger;
import xyz.trollllm.billing.CreditLedgerContract;
import xyz.trollllm.billing.ForwardingLedger;
import xyz.trollllm.billing.Hold;
import xyz.trollllm.billing.HoldRequest;
import xyz.trollllm.billing.InMemoryCreditLedger;
import xyz.trollllm.billing.Requests;
import xyz.trollllm.billing.Reservation;
import xyz.trollllm.billing.Settled;
import xyz.trollllm.billing.Settlement;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.CreditField;

/** The contract, kept with a journal; and what the journal knows at every step. */
final class JournaledLedgerTest extends CreditLedgerContract {
  @TempDir Path directory;

  private final InMemoryCreditLedger within = new InMemoryCreditLedger(clock, 1_000);
  private RequestJournal journal;
  private JournaledLedger ledger;

  @BeforeEach
  void open() {
    journal = RequestJournal.open(new JournalOptions(directory, 1 << 22, Duration.ZERO));
    ledger = new JournaledLedger(journal, within, clock);
  }

  @AfterEach
  void close() {
    ledger.close();
    journal.close();
  }

  @Override
  protected CreditLedger ledger() {
    return ledger;
  }

  @Override
  protected void giveCredit(String credits, String creditsNew) {
    within.setBalance(USER, CREDITS, Usd.of(credits));
    within.setBalance(USER, CreditField.CREDITS_NEW, Usd.of(creditsNew));
  }

  @Override
  protected void setExpiry(CreditField field, Instant expiresAt) {
    within.setExpiry(USER, field, expiresAt);
  }

  @Override
  protected void disableUser() {
    within.setActive(USER, false);
  }

  @Override
  protected Usd balance(CreditField field) {
    return within.balance(USER, field);
  }

  @Override
  protected Usd held(CreditField field) {
    return within.held(USER, field);
  }

  @Override
  protected Usd spent(CreditField field) {
    return within.records().stream()
        .filter(settlement -> settlement.hold().creditField() == field)
        .map(Settlement::charge)
        .reduce(Usd.ZERO, Usd::plus);
  }

  @Override
  protected void releaseExpired() {
    within.releaseExpired();
  }

  @Test
  void requestIsOpenFromItsReservationToItsSettlement() {
    giveCredit("1", "1");
    Hold hold = reserve(CREDITS, "0.5");

    assertThat(journal.openRequests()).isEqualTo(1);
    settle(settlement(hold, "0.5"));

    assertThat(journal.openRequests()).isZero();
  }

  @Test
  void requestThatIsRefusedIsNotOpen() {
    giveCredit("1", "1");

    tryToReserve(hold(USER, CREDITS, "2"));

    assertThat(journal.openRequests()).isZero();
  }

  @Test
  void openRequestStaysOpenWhenItIsReservedAgainInVain() {
    giveCredit("1", "1");
    HoldRequest request = hold(USER, CREDITS, "0.5");
    reserve(request);
    disableUser();

    tryToReserve(request);

    assertThat(journal.openRequests()).isEqualTo(1);
  }

  @Test
  void deferredSettlementStaysUntilItReallyEnds() {
    Deferring deferring = new Deferring(within);
    JournaledLedger deferred = new JournaledLedger(journal, deferring, clock);
    giveCredit("1", "1");
    Settlement settlement = settlement(reserve(CREDITS, "0.5"), "0.5");

    deferred.settle(settlement, _ -> {});
    assertThat(journal.openRequests()).isEqualTo(1);
    deferring.listener.accept(settlement.hold().requestId(), new Settled.Taken());

    assertThat(journal.openRequests()).isZero();
  }

  @Test
  void chargeThatTheStoreKnowsNothingOfStaysForTheRightStore() {
    giveCredit("1", "1");
    JournaledLedger dying = new JournaledLedger(journal, new Deferring(within), clock);
    dying.settle(settlement(reserve(CREDITS, "0.5"), "0.5"), _ -> {});
    journal.close();

    open();
    JournaledLedger elsewhere =
        new JournaledLedger(journal, new InMemoryCreditLedger(clock, 1_000), clock);
    Recovery wrong = elsewhere.recover("openhands");
    journal.close();
    open();
    Recovery right = ledger.recover("openhands");

    assertThat(wrong.lost()).isEqualTo(1);
    assertThat(right.lost()).isZero();
    assertThat(spent(CREDITS)).isEqualTo(Usd.of("0.5"));
    assertThat(journal.openRequests()).isZero();
  }

  /** A ledger before a store that does not answer. */
  private static final class Deferring extends ForwardingLedger {
    private BiConsumer<String, Settled> listener = (_, _) -> {};

    Deferring(CreditLedger ledger) {
      super(ledger);
    }

    @Override
    public void settle(Settlement settlement, Consumer<Settled> outcome) {
      outcome.accept(new Settled.Deferred("does not answer"));
    }

    @Override
    public void whenDeferredEnds(BiConsumer<String, Settled> newListener) {
      listener = newListener;
    }
  }

  @Test
  void nothingIsReservedWhileTheJournalCannotBeWritten() {
    giveCredit("1", "1");
    RequestJournal full =
        RequestJournal.open(
            new JournalOptions(
                directory.resolve("full"), JournalOptions.SMALLEST_SEGMENT, Duration.ZERO),
            java.time.Clock.systemUTC(),
            new FullAfterTwo(directory.resolve("full")));
    try (full) {
      JournaledLedger refusing = new JournaledLedger(full, within, clock);
      SomeRequests some = new SomeRequests(1);
      while (full.isHealthy()) {
        full.start(some.hold());
      }
      int open = full.openRequests();

      Reservation[] answer = new Reservation[1];
      refusing.reserve(hold(USER, CREDITS, "0.1"), reservation -> answer[0] = reservation);

      assertThat(answer[0])
          .isEqualTo(
              new Reservation.Unavailable("this instance's journal of requests cannot be written"));
      assertThat(full.openRequests()).isEqualTo(open);
      assertThat(held(CREDITS)).isEqualTo(Usd.ZERO);
    }
  }

  private record FullAfterTwo(Path folder) implements SegmentAllocator {
    @Override
    public Segment create(long number) throws java.io.IOException {
      if (number > 2) {
        throw new java.io.IOException("No space left on device");
      }
      return files().create(number);
    }

    @Override
    public Segment reuse(Path free, long number) throws java.io.IOException {
      return files().reuse(free, number);
    }

    private SegmentFiles files() {
      return new SegmentFiles(folder, JournalOptions.SMALLEST_SEGMENT, DirectorySync.WELCOME);
    }
  }

  @Test
  void raisedHoldIsSettledByTheAmountTheJournalKnows() {
    giveCredit("1", "1");
    Hold hold = reserve(CREDITS, "0.25");
    ledger.progress(() -> Requests.settlement(hold, "0.2"));
    raise(hold, "0.5");
    journal.close();

    try (RequestJournal again =
        RequestJournal.open(new JournalOptions(directory, 1 << 22, Duration.ZERO))) {
      new JournaledLedger(again, within, clock).recover("test");

      assertThat(held(CREDITS)).isEqualTo(Usd.ZERO);
      assertThat(spent(CREDITS)).isEqualTo(Usd.of("0.2"));
      assertThat(again.openRequests()).isZero();
    }
  }

  @Test
  void graceOfAnOldJournalIsNotChargedAgain() {
    giveCredit("1", "1");
    Settlement graced =
        settlement(hold(USER, CREDITS, "0.5").heldAt(clock.instant()).asGraced(), "0.4");
    journal.start(graced.hold());
    ledger.progress(() -> graced);
    journal.close();
    clock.move(Duration.ofDays(1).plusMinutes(1));

    try (RequestJournal again =
        RequestJournal.open(new JournalOptions(directory, 1 << 22, Duration.ZERO))) {
      Recovery recovery = new JournaledLedger(again, within, clock).recover("test");

      assertThat(recovery.lost()).isEqualTo(1);
      assertThat(spent(CREDITS)).isEqualTo(Usd.ZERO);
      assertThat(again.openRequests()).isEqualTo(1);
    }
  }

  @Test
  void graceOfAJournalOfTodayIsCharged() {
    giveCredit("1", "1");
    Settlement graced =
        settlement(hold(USER, CREDITS, "0.5").heldAt(clock.instant()).asGraced(), "0.4");
    journal.start(graced.hold());
    ledger.progress(() -> graced);
    journal.close();

    try (RequestJournal again =
        RequestJournal.open(new JournalOptions(directory, 1 << 22, Duration.ZERO))) {
      new JournaledLedger(again, within, clock).recover("test");

      assertThat(spent(CREDITS)).isEqualTo(Usd.of("0.4"));
      assertThat(again.openRequests()).isZero();
    }
  }
}
