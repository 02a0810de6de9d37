package xyz.trollllm.proxy;

import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.config.Api;
import xyz.trollllm.config.DrainLimit;
import xyz.trollllm.proxy.admission.Admission;
import xyz.trollllm.proxy.admission.Rejection;
import xyz.trollllm.proxy.upstream.KeyRing;
import xyz.trollllm.proxy.upstream.UpstreamFailure;

/**
 * One request on its way through the proxy: admit, open the upstream, relay the head, relay the
 * bytes while metering them, settle, log.
 *
 * <p>Confined to its event loop. Whatever happens, a hold that was granted is settled exactly once:
 * every way out of an admitted call leads through its {@link CallEnd}.
 */
final class ProxyCall implements AnswerFlow.Ending {
  private final CallContext context;
  private final ProxyRequest request;
  private final Caller caller;
  private final GuardedLoop loop;
  private final CallReport report;
  private final CallGuard guard = new CallGuard(this);

  private @Nullable Granted granted;
  private @Nullable AnswerFlow flow;
  private @Nullable UpstreamError upstreamError;
  private @Nullable Answer answer;
  private @Nullable SpendWatch spending;
  private @Nullable ErrorAnswer outOfCredit;
  private @Nullable Drain drain;
  private boolean clientGone;
  private boolean refused;

  ProxyCall(
      CallContext context,
      String requestId,
      Api api,
      ProxyRequest request,
      ClientExchange client,
      EventLoop loop) {
    this.context = context;
    this.request = request;
    this.caller = new Caller(client, api, requestId);
    this.loop = new GuardedLoop(loop, guard);
    this.report = new CallReport(context, requestId, api, request);
  }

  void start() {
    caller.client().listen(guard);
    loop.run(this::admit);
  }

  private void admit() {
    context
        .gatekeeper()
        .admit(
            caller.requestId(),
            caller.api(),
            request,
            loop::run,
            admission -> loop.run(() -> decided(admission)));
  }

  private void decided(Admission admission) {
    switch (admission) {
      case Admission.Refused reason -> refuse(ErrorAnswer.of(reason.reason()), reason);
      case Admission.Admitted admitted -> {
        granted = Granted.of(context, report, admitted, request, caller, loop, guard);
        granted.credit().keep();
        if (clientGone) {
          granted.end().abandoned(null, null);
        } else {
          unlessRefused(granted.open());
        }
      }
    }
  }

  private void refuse(ErrorAnswer error, Admission.@Nullable Refused reason) {
    refused = true;
    context.log().write(report.refused(error, reason));
    if (!clientGone) {
      caller.sendOrReset(error);
    }
    caller.client().over();
  }

  private void unlessRefused(Optional<Rejection> reason) {
    reason.ifPresent(rejection -> fail(ErrorAnswer.of(rejection), null));
  }

  void onHead(int status, Headers head) {
    report.headCame(head);
    granted().attempts().answered(status);
    AnswerPlan plan = AnswerPlan.of(granted().admitted(), request, status, head);
    if (!plan.isSuccess()) {
      upstreamError = new UpstreamError(status, head);
      flow = plan.flow(granted().attempts().transfer(), loop, upstreamError, this);
    } else if (plan.coding() == ContentCoding.UNREADABLE) {
      fail(ErrorAnswer.UNREADABLE, "content-encoding against our wish");
    } else {
      answer = plan.answer(granted().credit(), caller, loop, context.pingInterval());
      flow = plan.flow(granted().attempts().transfer(), loop, answer, this);
      if (plan.eventStream()) {
        spending = new SpendWatch(granted().credit(), answer::metered, flow, this::stopSpending);
      }
      if (clientGone) {
        answer.discard();
      } else {
        answer.begin();
      }
    }
  }

  void onBytes(ByteBuffer bytes) {
    int length = bytes.remaining();
    if (flow != null) {
      flow.bytes(bytes);
    }
    if (spending != null) {
      spending.came(length);
    }
    endIfOutOfCredit();
    if (drain != null) {
      drain.checkCost();
    }
  }

  /** More was used than is held, and more cannot be: the stream ends after the event under way. */
  private void stopSpending(ErrorAnswer why) {
    outOfCredit = why;
    if (clientGone) {
      abandon(why.code());
    } else {
      answer().stopAfterEvent();
      endIfOutOfCredit();
    }
  }

  private void endIfOutOfCredit() {
    ErrorAnswer why = outOfCredit;
    if (why != null && !clientGone && answer().hasStopped()) {
      finish(() -> granted().end().outOfCredit(answer(), why));
    }
  }

  void onWritable() {
    if (answer != null) {
      answer.writable();
    }
    if (flow != null) {
      flow.resume();
    }
  }

  void onEnd() {
    if (flow != null) {
      flow.end();
    }
  }

  void onFailure(UpstreamFailure failure) {
    if (flow != null) {
      flow.failed(failure);
    } else if (granted().attempts().failed(failure) && !clientGone) {
      unlessRefused(granted().attempts().open());
    } else {
      fail(ErrorAnswer.of(failure), failure.toString());
    }
  }

  @Override
  public void complete() {
    if (upstreamError != null) {
      upstreamRefused(upstreamError);
    } else if (clientGone) {
      report.flag(CallFlags.DRAINED);
      abandon(null);
    } else if (answer().mayEnd()) {
      finish(() -> granted().end().whole(answer()));
    } else {
      finish(() -> granted().end().broken(answer(), "upstream_incomplete", null));
    }
  }

  private void upstreamRefused(UpstreamError error) {
    Optional<KeyRing.Key> another = granted().attempts().refused(error);
    if (another.isPresent() && !clientGone) {
      upstreamError = null;
      flow = null;
      unlessRefused(granted().attempts().open(another.get()));
    } else {
      fail(error.answer(), "upstream status " + error.status());
    }
  }

  @Override
  public void broken(UpstreamFailure failure) {
    if (upstreamError != null) {
      fail(ErrorAnswer.of(failure), failure.toString());
    } else if (clientGone) {
      abandon(failure.toString());
    } else {
      finish(() -> granted().end().broken(answer(), "upstream_broken", failure.toString()));
    }
  }

  /** Ends a call of which the client has seen nothing yet. */
  private void fail(ErrorAnswer error, @Nullable String detail) {
    if (clientGone) {
      abandon(detail);
    } else {
      finish(() -> granted().end().failed(error, detail));
    }
  }

  /** The client left: by its model's policy its answer is given up, or read on for its usage. */
  void onGone() {
    clientGone = true;
    if (answer != null) {
      answer.discard();
    }
    if (granted == null || granted.end().isReached() || drain != null) {
      return;
    }
    ErrorAnswer why = outOfCredit;
    if (why != null) {
      abandon(why.code());
    } else {
      granted.drainLimit().ifPresentOrElse(this::readOn, () -> abandon(null));
    }
  }

  private void readOn(DrainLimit limit) {
    drain =
        new Drain(
            limit,
            () -> granted().costSoFar(answer),
            flag -> {
              report.flag(flag);
              abandon(null);
            });
    drain.start(loop);
    onWritable();
  }

  /** The client left, and this thread is about to: nothing can be read on. */
  void onStop() {
    clientGone = true;
    if (granted != null && !granted.end().isReached()) {
      abandon(null);
    }
  }

  private void abandon(@Nullable String detail) {
    finish(() -> granted().end().abandoned(answer, detail));
  }

  /** A bug of ours: the money is settled all the same, and the client gets an error or a cut. */
  void crashed(Throwable bug) {
    if (granted != null && !granted.end().isReached()) {
      finish(() -> granted().end().crashed(answer, CallReport.place(bug)));
    } else if (granted == null && !refused) {
      refuse(ErrorAnswer.CRASHED, null);
    }
  }

  /** Ends the call one way, and everything that was to go on. */
  private void finish(Runnable end) {
    if (drain != null) {
      drain.stop();
    }
    if (flow != null) {
      flow.close();
    }
    if (!granted().end().isReached()) {
      end.run();
    }
  }

  private Granted granted() {
    return Objects.requireNonNull(granted);
  }

  private Answer answer() {
    return Objects.requireNonNull(answer);
  }
}
