package xyz.trollllm.proxy;

import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.Settlement;
import xyz.trollllm.billing.Settlement.Outcome;
import xyz.trollllm.proxy.wire.Metered;

/**
 * The ways in which an admitted call can end, each told to the client, settled and logged: what was
 * delivered is charged, and nothing for nothing. The first end stands; later ones are ignored.
 *
 * <p>One per call, confined to its event loop.
 */
final class CallEnd {
  /** What the log says of clients that left before any answer. */
  private static final int CLIENT_GONE = 499;

  private final HeldCredit credit;
  private final UpstreamAttempts attempts;
  private final Caller caller;
  private boolean reached;

  CallEnd(HeldCredit credit, UpstreamAttempts attempts, Caller caller) {
    this.credit = credit;
    this.attempts = attempts;
    this.caller = caller;
  }

  boolean isReached() {
    return reached;
  }

  /** The upstream ended a whole answer. The charge that the client is told is what is settled. */
  void whole(Answer answer) {
    boolean success = answer.isSuccess();
    Settlement settlement =
        credit.settlement(success ? Outcome.OK : Outcome.ERROR, answer.metered(), answer.status());
    credit.progress(() -> settlement);
    answer.end(settlement.charge());
    settle(settlement, success ? null : "upstream_incomplete", null);
  }

  /** The upstream broke off an answer that had begun. */
  void broken(Answer answer, String error, @Nullable String detail) {
    Metered delivered = answer.meteredWhenBroken();
    int status = answer.headSent() ? answer.status() : Answer.BROKEN_OFF.status();
    answer.breakOff(Answer.BROKEN_OFF);
    settle(credit.settlement(Outcome.ERROR, delivered, status), error, detail);
  }

  /** The credit does not last for the rest of an answer: what was used is charged. */
  void outOfCredit(Answer answer, ErrorAnswer error) {
    attempts.cancel();
    Metered metered = answer.metered();
    answer.breakOff(error);
    settle(
        credit.settlement(Outcome.ERROR, metered, answer.status()), error.code(), "out of credit");
  }

  /** The client, who has seen nothing yet, gets an error instead of an answer. */
  void failed(ErrorAnswer error, @Nullable String detail) {
    attempts.cancel();
    caller.send(error);
    settle(
        credit.settlement(Outcome.ERROR, Metered.nothing(null), error.status()),
        error.code(),
        detail);
  }

  /**
   * The client left, and no more of the answer is wanted.
   *
   * @param answer as far as it came; null if it had not begun
   * @param detail what else went wrong
   */
  void abandoned(@Nullable Answer answer, @Nullable String detail) {
    attempts.cancel();
    Metered metered = answer == null ? Metered.nothing(null) : answer.meteredWhenAbandoned();
    int status = answer != null && answer.headSent() ? answer.status() : CLIENT_GONE;
    settle(credit.settlement(Outcome.CANCELLED, metered, status), "client_gone", detail);
  }

  /** A bug of ours ended the call. */
  void crashed(@Nullable Answer answer, String where) {
    attempts.cancel();
    Metered metered = answer == null ? Metered.nothing(null) : answer.meteredWhenBroken();
    ErrorAnswer error = ErrorAnswer.CRASHED;
    if (answer != null && answer.headSent()) {
      settle(credit.settlement(Outcome.ERROR, metered, answer.status()), error.code(), where);
      caller.client().reset();
    } else {
      settle(credit.settlement(Outcome.ERROR, metered, error.status()), error.code(), where);
      caller.sendOrReset(error);
    }
  }

  private void settle(Settlement settlement, @Nullable String error, @Nullable String detail) {
    reached = true;
    attempts.finish(settlement.record().usage().totalTokens());
    credit.settle(settlement, error, detail);
    caller.client().over();
  }
}
