package xyz.trollllm.billing.journal;

import static java.lang.System.Logger.Level.ERROR;

import java.time.Clock;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import xyz.trollllm.billing.Basis;
import xyz.trollllm.billing.CreditLedger;
import xyz.trollllm.billing.ForwardingLedger;
import xyz.trollllm.billing.HoldRequest;
import xyz.trollllm.billing.Reservation;
import xyz.trollllm.billing.Settled;
import xyz.trollllm.billing.Settlement;

/**
 * A ledger whose open requests survive its process: each is written down before credit is held for
 * it, with every progress it makes and before it is settled, and forgotten when that is done. A
 * raise needs no record: a hold may be settled by any amount that it ever had.
 *
 * <p>Safe for use by many threads. The ledger within is closed with this one, the journal is not:
 * it must be closed later. Whatever could not be settled stays there for the next process.
 */
public final class JournaledLedger extends ForwardingLedger {
  private static final System.Logger LOG = System.getLogger(JournaledLedger.class.getName());

  private final RequestJournal journal;
  private final Clock clock;

  public JournaledLedger(RequestJournal journal, CreditLedger ledger, Clock clock) {
    super(ledger);
    this.journal = journal;
    this.clock = clock;
    super.whenDeferredEnds(this::deferredHasEnded);
  }

  @Override
  public void reserve(HoldRequest request, Consumer<Reservation> outcome) {
    if (!journal.isHealthy()) {
      outcome.accept(
          new Reservation.Unavailable("this instance's journal of requests cannot be written"));
      return;
    }
    boolean isNew = journal.start(request.heldAt(clock.instant()));
    super.reserve(
        request,
        reservation -> {
          if (isNew && !(reservation instanceof Reservation.Held)) {
            journal.end(request.requestId());
          }
          outcome.accept(reservation);
        });
  }

  @Override
  public void progress(Supplier<Settlement> soFar) {
    Settlement settlement = soFar.get();
    journal.progress(kind(settlement), settlement);
    super.progress(() -> settlement);
  }

  private static RecordKind kind(Settlement soFar) {
    if (soFar.outcome() == Settlement.Outcome.OK) {
      return RecordKind.FINAL;
    }
    return soFar.record().basis() == Basis.VOID ? RecordKind.SENT : RecordKind.PROGRESS;
  }

  @Override
  public void settle(Settlement settlement, Consumer<Settled> outcome) {
    journal.settling(settlement);
    super.settle(
        settlement,
        settled -> {
          endIfOver(settlement, settled);
          outcome.accept(settled);
        });
  }

  /** What is due and the store knows nothing of stays: it may be the wrong store. */
  private void endIfOver(Settlement settlement, Settled settled) {
    if (!Recovery.isLost(settlement, settled) && !(settled instanceof Settled.Deferred)) {
      journal.end(settlement.hold().requestId());
    }
  }

  private void deferredHasEnded(String requestId, Settled settled) {
    if (!(settled instanceof Settled.UnknownHold)) {
      journal.end(requestId);
    }
  }

  /**
   * Settles what the process before left open, as its journal says. Repeating it, after a crash for
   * instance, charges nothing again. What the store does not take now goes on being tried.
   *
   * @param instance the name of this instance in the records of requests that had only just started
   */
  public Recovery recover(String instance) {
    Recovery recovery = new Recovery(journal.found().size());
    for (OpenRequest open : journal.found()) {
      Settlement settlement = Recovery.settlement(open, instance, clock.instant());
      super.settle(
          settlement,
          settled -> {
            endIfOver(settlement, settled);
            warnIfLost(settlement, settled);
            recovery.count(open, settlement, settled);
          });
    }
    return recovery;
  }

  private static void warnIfLost(Settlement settlement, Settled settled) {
    if (Recovery.isLost(settlement, settled)) {
      LOG.log(
          ERROR,
          "request {0} of the journal is not charged ({1} USD): the store knows no such hold; it"
              + " stays in the journal",
          settlement.hold().requestId(),
          settlement.charge());
    }
  }

  @Override
  public void whenDeferredEnds(BiConsumer<String, Settled> listener) {
    super.whenDeferredEnds((requestId, settled) -> {
      deferredHasEnded(requestId, settled);
      listener.accept(requestId, settled);
    });
  }
}
