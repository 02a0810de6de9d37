package xyz.trollllm.proxy;

import java.math.BigDecimal;
import java.util.function.Consumer;
import java.util.function.Supplier;
import xyz.trollllm.billing.Reservation;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.proxy.admission.Rejection;
import xyz.trollllm.proxy.wire.Metered;

/**
 * Watches what a stream has cost while it goes on. Once that is more than what is held for it, more
 * is held or, where the balance does not cover more, the stream ends. Nothing is relayed while the
 * ledger is asked.
 *
 * <p>An upstream that keeps to a request's limits never gets this far. What a stream has cost
 * counts what the upstream has reported and, of what it has delivered without, as little as is
 * certain; so at most what came since the last look, what was delivered in doubt and what the
 * upstream reports in its last event can be used beyond what is held.
 *
 * <p>One per stream, confined to the call's event loop.
 */
final class SpendWatch {
  /** How much of a stream comes between two looks. */
  static final int LOOK_EVERY_BYTES = 4096;

  /**
   * What is held when a hold is raised, as a multiple of what was used, so that it lasts a while.
   */
  private static final BigDecimal ROOM = new BigDecimal("1.5");

  private final HeldCredit credit;
  private final Supplier<Metered> soFar;
  private final AnswerFlow flow;
  private final Consumer<ErrorAnswer> outOfCredit;
  private int unseenBytes;
  private boolean asking;
  private boolean over;

  /**
   * @param flow is halted while the ledger is asked
   * @param outOfCredit is told, once, why nothing more may be used
   */
  SpendWatch(
      HeldCredit credit,
      Supplier<Metered> soFar,
      AnswerFlow flow,
      Consumer<ErrorAnswer> outOfCredit) {
    this.credit = credit;
    this.soFar = soFar;
    this.flow = flow;
    this.outOfCredit = outOfCredit;
  }

  /** To be called whenever more of the stream came. */
  void came(int bytes) {
    unseenBytes += bytes;
    if (unseenBytes < LOOK_EVERY_BYTES || asking || over) {
      return;
    }
    unseenBytes = 0;
    Usd used = credit.cost(LeastUsage.certain(soFar.get()));
    if (used.compareTo(credit.held()) > 0) {
      asking = true;
      flow.halt();
      Usd wanted = new Usd(used.amount().multiply(ROOM)).ceilingToNanos();
      credit.raise(wanted, outcome -> asked(used, outcome));
    }
  }

  private void asked(Usd used, Reservation outcome) {
    Usd rest =
        outcome instanceof Reservation.InsufficientCredit(Usd available)
            ? credit.held().plus(available)
            : Usd.ZERO;
    if (rest.compareTo(used) >= 0) {
      credit.raise(rest, this::answered); // all there is, if that is enough for now
    } else {
      answered(outcome);
    }
  }

  private void answered(Reservation outcome) {
    asking = false;
    flow.goOn();
    if (!(outcome instanceof Reservation.Held)) {
      over = true;
      outOfCredit.accept(error(outcome));
    }
  }

  private ErrorAnswer error(Reservation refused) {
    String field = credit.field().balanceField();
    return switch (refused) {
      case Reservation.CreditExpired() ->
          ErrorAnswer.of(new Rejection.CreditExpired(credit.field()));
      case Reservation.UserRefused() -> ErrorAnswer.of(new Rejection.UserDisabled());
      case Reservation.Unavailable(String reason) ->
          ErrorAnswer.of(new Rejection.StoreUnavailable(reason));
      case Reservation.Held _, Reservation.TooManyHolds _, Reservation.InsufficientCredit _ ->
          ErrorAnswer.error(
              402,
              "insufficient_credit",
              field + " does not cover more of this answer, which is longer than was asked for");
    };
  }
}
