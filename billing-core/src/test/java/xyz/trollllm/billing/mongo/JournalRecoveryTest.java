package xyz.trollllm.billing.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.billing.Requests.hold;
import static xyz.trollllm.config.CreditField.CREDITS;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import xyz.trollllm.billing.Basis;
import xyz.trollllm.billing.CreditLedger;
import xyz.trollllm.billing.ForwardingLedger;
import xyz.trollllm.billing.Hold;
import xyz.trollllm.billing.HoldRequest;
import xyz.trollllm.billing.OneAnswer;
import xyz.trollllm.billing.RequestRecord;
import xyz.trollllm.billing.Requests;
import xyz.trollllm.billing.Reservation;
import xyz.trollllm.billing.Settled;
import xyz.trollllm.billing.Settlement;
import xyz.trollllm.billing.Settlement.Outcome;
import xyz.trollllm.billing.TokenUsage;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.billing.journal.JournalOptions;
import xyz.trollllm.billing.journal.JournaledLedger;
import xyz.trollllm.billing.journal.Recovery;
import xyz.trollllm.billing.journal.RequestJournal;

/**
 * A process dies with a request in any state of its journal, the store having the request in any
 * state of its own; the next process settles it once. The books are audited after each.
 */
final class JournalRecoveryTest extends LedgerFixture {
  private static final Usd COST = Usd.of("0.25");

  @TempDir Path folder;

  /** How far the request had come by the journal. */
  enum Known {
    START,
    SENT,
    PROGRESS,
    FINAL;

    Usd cost() {
      return this == PROGRESS || this == FINAL ? COST : Usd.ZERO;
    }
  }

  /** What had become of it by the store. */
  enum Stored {
    NEVER_HELD,
    HELD,
    EXPIRED,
    SETTLED,
    SETTLED_AND_LOGGED,
    SETTLED_LATE
  }

  record Case(Known known, Stored stored) {}

  static Stream<Case> cases() {
    return Stream.of(Known.values())
        .flatMap(known -> Stream.of(Stored.values()).map(stored -> new Case(known, stored)))
        .filter(each -> each.known() == Known.START || each.stored() != Stored.NEVER_HELD)
        .filter(each -> each.known() == Known.FINAL || each.stored().compareTo(Stored.SETTLED) < 0);
  }

  private RequestJournal journal() {
    return RequestJournal.open(new JournalOptions(folder, 1 << 16, Duration.ZERO));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void openRequestIsSettledOnce(Case when) {
    giveCredit(1.0);
    die(when);

    for (int crash = 0; crash < 3; crash++) {
      try (RequestJournal journal = journal()) {
        JournaledLedger next = new JournaledLedger(journal, ledger, clock);
        Recovery recovery = next.recover("next");
        recovery.await(Duration.ofSeconds(30));

        assertThat(recovery.waiting()).isZero();
        assertThat(journal.found()).hasSize(crash == 0 ? 1 : 0);
        assertThat(journal.openRequests()).isZero();
      }
    }

    ledger.upkeep().drainOnce();
    assertThat(Documents.count(user(), Paths.OPEN_HOLDS)).isZero();
    assertThat(Documents.count(user(), Paths.spent(CREDITS)))
        .isEqualTo(when.known().cost().nanos());
    assertRow(when);
  }

  private void assertRow(Case when) {
    if (when.stored() == Stored.NEVER_HELD) {
      assertThat(rows()).isEmpty();
      return;
    }
    List<Document> rows = new ArrayList<>(rows());
    rows.removeIf(row -> LedgerStatements.EXPIRED.equals(row.getString("outcome")));
    assertThat(rows).hasSize(1);
    Document row = rows.getFirst();
    assertThat(row.getLong("costN")).isEqualTo(when.known().cost().nanos());
    if (when.stored().compareTo(Stored.SETTLED) < 0) {
      assertThat(row.getList("flags", String.class)).contains(Recovery.PROCESS_DIED);
    }
  }

  /** Leaves the request open in the journal, as a process does that is killed. */
  private void die(Case when) {
    HoldRequest request = hold(USER, CREDITS, "0.5");
    try (RequestJournal journal = journal()) {
      Doomed doomed = new Doomed(ledger, when.stored() != Stored.NEVER_HELD);
      JournaledLedger dying = new JournaledLedger(journal, doomed, clock);
      OneAnswer<Reservation> answer = new OneAnswer<>();
      dying.reserve(request, answer);
      if (when.stored() == Stored.NEVER_HELD) {
        return;
      }
      Hold hold = ((Reservation.Held) answer.get()).hold();
      if (when.known() != Known.START) {
        dying.progress(() -> soFar(hold, Known.SENT));
      }
      if (when.known() == Known.PROGRESS || when.known() == Known.FINAL) {
        dying.progress(() -> soFar(hold, Known.PROGRESS));
      }
      if (when.known() == Known.FINAL) {
        dying.settle(soFar(hold, Known.FINAL), _ -> {});
      }
      reach(when.stored(), soFar(hold, Known.FINAL));
    }
  }

  private void reach(Stored stored, Settlement last) {
    if (stored == Stored.EXPIRED || stored == Stored.SETTLED_LATE) {
      clock.move(Requests.LIFETIME.plusMinutes(1));
      assertThat(ledger.upkeep().sweepOnce()).isEqualTo(1);
    }
    if (stored.compareTo(Stored.SETTLED) >= 0) {
      settle(last);
    }
    if (stored == Stored.SETTLED_AND_LOGGED) {
      ledger.upkeep().drainOnce();
      clock.move(Duration.ofDays(2));
      ledger.upkeep().drainOnce();
      ledger.upkeep().drainOnce();
    }
  }

  /** A ledger whose process dies before it can settle, and perhaps before it can reserve. */
  private static final class Doomed extends ForwardingLedger {
    private final boolean reserves;

    Doomed(CreditLedger ledger, boolean reserves) {
      super(ledger);
      this.reserves = reserves;
    }

    @Override
    public void reserve(HoldRequest request, Consumer<Reservation> outcome) {
      if (reserves) {
        super.reserve(request, outcome);
      }
    }

    @Override
    public void settle(Settlement settlement, Consumer<Settled> outcome) {}

    @Override
    public void extend(Hold hold) {}

    @Override
    public void close() {}
  }

  private static Settlement soFar(Hold hold, Known known) {
    RequestRecord record = Requests.settlement(hold, COST).record();
    Basis basis =
        switch (known) {
          case START, SENT -> Basis.VOID;
          case PROGRESS -> Basis.PARTIAL;
          case FINAL -> Basis.UPSTREAM;
        };
    return new Settlement(
        hold,
        known.cost(),
        known == Known.FINAL ? Outcome.OK : Outcome.ERROR,
        new RequestRecord(
            record.keyId(),
            record.instance(),
            record.api(),
            record.model(),
            record.upstream(),
            null,
            true,
            known == Known.SENT ? TokenUsage.NONE : record.usage(),
            basis,
            new TreeSet<>(),
            record.cost(),
            200,
            record.startedAt(),
            record.latency()));
  }

  @Test
  void storeThatDoesNotAnswerIsAskedUntilItDoes() {
    giveCredit(1.0);
    die(new Case(Known.FINAL, Stored.HELD));
    store.loseRequests(1_000_000);
    try (RequestJournal journal = journal()) {
      Recovery recovery = new JournaledLedger(journal, ledger, clock).recover("next");
      recovery.await(Duration.ofSeconds(30));
      assertThat(recovery.waiting()).isEqualTo(1);
      assertThat(journal.openRequests()).isEqualTo(1);

      store.loseRequests(0);
      Eventually.holds(() -> journal.openRequests() == 0);
    }

    assertThat(Documents.count(user(), Paths.spent(CREDITS))).isEqualTo(COST.nanos());
  }

  @Test
  void processThatDiesBeforeTheStoreAnswersLeavesItToTheNext() {
    giveCredit(1.0);
    die(new Case(Known.PROGRESS, Stored.HELD));
    store.loseRequests(1_000_000);
    MongoCreditLedger first = open(OPTIONS.withCloseTimeout(Duration.ofMillis(100)));
    try (RequestJournal journal = journal()) {
      JournaledLedger dying = new JournaledLedger(journal, first, clock);
      dying.recover("next").await(Duration.ofSeconds(30));
      dying.close();
    }
    store.loseRequests(0);

    try (RequestJournal journal = journal()) {
      new JournaledLedger(journal, ledger, clock).recover("last").await(Duration.ofSeconds(30));
      assertThat(journal.openRequests()).isZero();
    }

    assertThat(Documents.count(user(), Paths.spent(CREDITS))).isEqualTo(COST.nanos());
  }
}
