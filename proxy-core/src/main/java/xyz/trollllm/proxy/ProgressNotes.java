package xyz.trollllm.proxy;

import java.time.Duration;
import xyz.trollllm.billing.Settlement;
import xyz.trollllm.billing.Settlement.Outcome;

/**
 * Tells the ledger how far an answer has come, always before its client gets what that counts: at
 * every report of the upstream, and in between after so many bytes or so much time. So whoever has
 * seen the end of an answer is charged for all of it, and otherwise less than {@value #MOST_BYTES}
 * bytes are not counted, should the process die.
 *
 * <p>One per answer, confined to the call's event loop.
 */
final class ProgressNotes {
  static final int MOST_BYTES = 4096;

  private static final long MOST_NANOS = Duration.ofMillis(250).toNanos();

  private final HeldCredit credit;
  private final EventLoop loop;
  private long reports;
  private int unnoted;
  private long notedAt;

  ProgressNotes(HeldCredit credit, EventLoop loop) {
    this.credit = credit;
    this.loop = loop;
    this.notedAt = loop.nanoTime();
  }

  /** To be called before so many bytes, which {@code answer} has read, are passed on. */
  void before(Answer answer, int bytes) {
    unnoted += bytes;
    if (answer.reports() == reports
        && unnoted < MOST_BYTES
        && loop.nanoTime() - notedAt < MOST_NANOS) {
      return;
    }
    reports = answer.reports();
    unnoted = 0;
    notedAt = loop.nanoTime();
    credit.progress(() -> soFar(answer));
  }

  private Settlement soFar(Answer answer) {
    if (answer.isDiscarded()) {
      return credit.settlement(Outcome.CANCELLED, answer.meteredWhenAbandoned(), answer.status());
    }
    return answer.isSuccess()
        ? credit.settlement(Outcome.OK, answer.metered(), answer.status())
        : credit.settlement(Outcome.ERROR, answer.meteredWhenBroken(), answer.status());
  }
}
