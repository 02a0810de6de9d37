package xyz.trollllm.proxy;

import java.nio.ByteBuffer;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.proxy.wire.AnswerMeter;
import xyz.trollllm.proxy.wire.Metered;

/**
 * A successful answer on its way to the client, its usage read along. After {@link #discard} only
 * its usage is read.
 *
 * <p>One per answer, confined to the call's event loop.
 */
abstract sealed class Answer implements AnswerFlow.Sink permits JsonAnswer, EventStream {
  static final ErrorAnswer BROKEN_OFF =
      ErrorAnswer.error(502, "upstream_broken", "the upstream broke off its answer");

  final Caller caller;
  final AnswerMeter meter;
  private final ProgressNotes progress;
  private boolean headSent;
  private boolean discarded;

  Answer(Caller caller, AnswerMeter meter, ProgressNotes progress) {
    this.caller = caller;
    this.meter = meter;
    this.progress = progress;
  }

  /** Sends the head, unless it has to wait. */
  abstract void begin();

  final void sendHead(AnswerHead head) {
    headSent = true;
    head.send(caller.client());
  }

  /** Whether the client has seen the beginning of this answer. */
  final boolean headSent() {
    return headSent;
  }

  @Override
  public final void read(ByteBuffer content) {
    meter.observe(content);
  }

  @Override
  public final boolean relay(ByteBuffer bytes) {
    if (discarded) {
      note(bytes.remaining());
      return true;
    }
    return pass(bytes);
  }

  /** To be called before so many bytes that were read are sent on. */
  final void note(int bytes) {
    progress.before(this, bytes);
  }

  /** Sends bytes on, noted before; false if the client should be waited for. */
  abstract boolean pass(ByteBuffer bytes);

  /** The client took everything there was. */
  void writable() {}

  /** Whether what came may be passed off as a whole answer, if the upstream ends it here. */
  abstract boolean mayEnd();

  /** Sends the end of a whole answer, and what it costs if that can still be said. */
  abstract void end(Usd charge);

  /** Breaks off: the client gets an error it can read, or a connection that is cut. */
  abstract void breakOff(ErrorAnswer why);

  /** Passes on no more than the event that is under way. */
  void stopAfterEvent() {}

  /** Whether it can be broken off with an error that the client can read, or not in reason. */
  boolean hasStopped() {
    return true;
  }

  /** The client has its answer, or is gone: nothing more is sent to it. */
  void discard() {
    discarded = true;
  }

  final boolean isDiscarded() {
    return discarded;
  }

  /** Grows whenever the charge may have changed by more than what came. */
  final long reports() {
    return meter.reports();
  }

  /** Whether the upstream reported an end of the answer, and no error in it. */
  final boolean isSuccess() {
    return meter.sawEnd() && !meter.sawError();
  }

  /** The status that the client sees if it sees the answer at all. */
  abstract int status();

  /** What the answer used so far. */
  final Metered metered() {
    return meter.usage();
  }

  /** What was used as far as it reached the client, who gets no more. */
  abstract Metered meteredWhenBroken();

  /** What was used if it was the client who ended the answer. */
  final Metered meteredWhenAbandoned() {
    return meter.usageOfAbandoned();
  }
}
