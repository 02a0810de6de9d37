package xyz.trollllm.proxy;

import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.Basis;
import xyz.trollllm.billing.Settlement;
import xyz.trollllm.billing.Settlement.Outcome;
import xyz.trollllm.billing.TokenUsage;
import xyz.trollllm.config.Api;
import xyz.trollllm.proxy.admission.Admission;
import xyz.trollllm.proxy.admission.Rejection;
import xyz.trollllm.proxy.upstream.KeyRing;
import xyz.trollllm.proxy.upstream.Upstream;
import xyz.trollllm.proxy.upstream.UpstreamFailure;
import xyz.trollllm.proxy.upstream.UpstreamRequest;
import xyz.trollllm.proxy.wire.BodyEdits;
import xyz.trollllm.proxy.wire.Metered;

/**
 * One request on its way through the proxy: admit, open the upstream, relay the head, relay the
 * bytes while metering them, settle, log.
 *
 * <p>Confined to its event loop. Whatever happens, a hold that was granted is settled exactly once:
 * every way out leads through {@link #finish}.
 */
final class ProxyCall {
  private static final int MAX_ATTEMPTS = 2;
  private static final int CLIENT_GONE = 499;

  private final CallContext context;
  private final String requestId;
  private final Api api;
  private final ProxyRequest request;
  private final ClientExchange client;
  private final EventLoop loop;
  private final CallReport report;
  private final CallGuard guard = new CallGuard(this);

  private Admission.@Nullable Admitted admitted;
  private EventLoop.@Nullable Timer heartbeat;
  private KeyRing.@Nullable Key key;
  private Upstream.@Nullable Transfer transfer;
  private @Nullable UpstreamError upstreamError;
  private @Nullable AnswerRelay relay;
  private @Nullable Duration firstByte;
  private int attempts;
  private int status = CLIENT_GONE;
  private boolean awaitingUpstream;
  private boolean clientGone;
  private boolean finished;

  ProxyCall(
      CallContext context,
      String requestId,
      Api api,
      ProxyRequest request,
      ClientExchange client,
      EventLoop loop) {
    this.context = context;
    this.requestId = requestId;
    this.api = api;
    this.request = request;
    this.client = client;
    this.loop = loop;
    this.report = new CallReport(context, requestId, api, request);
  }

  void start() {
    client.listen(guard);
    onCall(
        () -> context.gatekeeper().admit(requestId, api, request, this::onCall, this::onAdmission));
  }

  /** Runs a step on this call's loop: now if already there, else when the loop gets to it. */
  private void onCall(Runnable step) {
    loop.run(() -> guard.step(step));
  }

  private void onAdmission(Admission admission) {
    onCall(() -> decided(admission));
  }

  private void decided(Admission admission) {
    switch (admission) {
      case Admission.Refused refused -> refuse(refused);
      case Admission.Admitted granted -> {
        admitted = granted;
        beatLater(granted);
        if (clientGone) {
          finish(Outcome.CANCELLED, nothing(), "client_gone", null);
        } else {
          open(granted, upstream(granted).keys().next());
        }
      }
    }
  }

  private void refuse(Admission.Refused refused) {
    ErrorAnswer error = ErrorAnswer.of(refused.reason());
    sendError(error);
    finished = true;
    context.log().write(report.refused(error, refused));
  }

  private void open(Admission.Admitted granted, KeyRing.Key chosen) {
    ConfiguredUpstream upstream = upstream(granted);
    Optional<Duration> wait = upstream.allowance().refuse();
    if (wait.isPresent()) {
      fail(ErrorAnswer.of(new Rejection.AllowanceUsedUp(wait.get())), null);
      return;
    }
    if (!upstream.breaker().tryAcquirePermission()) {
      fail(ErrorAnswer.of(new Rejection.UpstreamResting(ConfiguredUpstream.REST)), null);
      return;
    }
    awaitingUpstream = true;
    attempts++;
    upstreamError = null;
    key = chosen;
    String modelId = granted.route().model().upstreamModelId();
    UpstreamRequest forwarded =
        new UpstreamRequest(
            URI.create(granted.route().url() + Paths.forwardedQuery(request.query())),
            HeaderRules.toUpstream(request.headers(), upstream.config(), chosen.value(), requestId),
            BodyEdits.forward(
                request.body(), granted.summary(), api, modelId, granted.loweredMaxTokens()));
    transfer = upstream.connections().open(forwarded, loop, guard);
  }

  void onHead(int upstreamStatus, Headers head) {
    firstByte = report.elapsed();
    reportToBreaker(upstreamStatus < 500);
    Admission.Admitted granted = Objects.requireNonNull(admitted);
    if (upstreamStatus < 200 || upstreamStatus > 299) {
      upstreamError = new UpstreamError(upstreamStatus, head);
    } else if (isEncoded(head)) {
      Objects.requireNonNull(transfer).cancel();
      fail(
          ErrorAnswer.error(502, "upstream_misbehaved", "the upstream's answer cannot be read"),
          "content-encoding against our wish");
    } else {
      status = upstreamStatus;
      relay = new AnswerRelay(granted, request, requestId, head, client);
      relay.head(upstreamStatus, head);
    }
  }

  void onBytes(ByteBuffer bytes) {
    if (relay == null) {
      Objects.requireNonNull(upstreamError).collect(bytes);
    } else if (!relay.bytes(bytes)) {
      Objects.requireNonNull(transfer).pause();
    }
  }

  void onWritable() {
    if (transfer != null && !finished) {
      transfer.resume();
    }
  }

  void onEnd() {
    if (relay == null) {
      upstreamRefused(Objects.requireNonNull(upstreamError));
    } else if (relay.end()) {
      finish(Outcome.OK, relay.metered(), null, null);
    } else {
      finish(Outcome.ERROR, relay.metered(), "upstream_incomplete", null);
    }
  }

  private void upstreamRefused(UpstreamError error) {
    Admission.Admitted granted = Objects.requireNonNull(admitted);
    if (error.anotherKeyMayHelp()) {
      KeyRing.Key refusedKey = Objects.requireNonNull(key);
      refusedKey.rest();
      Optional<KeyRing.Key> another = upstream(granted).keys().otherThan(refusedKey);
      if (attempts < MAX_ATTEMPTS && another.isPresent()) {
        open(granted, another.get());
        return;
      }
    }
    fail(error.answer(), "upstream status " + error.status());
  }

  void onFailure(UpstreamFailure failure) {
    Admission.Admitted granted = Objects.requireNonNull(admitted);
    if (!(failure instanceof UpstreamFailure.Saturated)) {
      reportToBreaker(false);
    }
    if (relay != null) {
      relay.breakOff();
      finish(Outcome.ERROR, relay.metered(), "upstream_broken", failure.toString());
    } else if (failure instanceof UpstreamFailure.NotConnected && attempts < MAX_ATTEMPTS) {
      open(granted, upstream(granted).keys().next());
    } else {
      fail(ErrorAnswer.of(failure), failure.toString());
    }
  }

  /** Ends a call of which the client has seen nothing yet: with an error, at no charge. */
  private void fail(ErrorAnswer error, @Nullable String detail) {
    sendError(error);
    finish(Outcome.ERROR, nothing(), error.code(), detail);
  }

  private void sendError(ErrorAnswer error) {
    status = error.status();
    if (!clientGone) {
      error.send(client, api, requestId);
    }
  }

  void onGone() {
    clientGone = true;
    if (finished || admitted == null) {
      return;
    }
    if (transfer != null) {
      transfer.cancel();
    }
    finish(
        Outcome.CANCELLED,
        relay == null ? nothing() : relay.meteredWhenAbandoned(),
        "client_gone",
        null);
  }

  /** A bug of ours: the money is settled all the same, and the client gets an error or a cut. */
  void crashed(Throwable bug) {
    if (finished) {
      return;
    }
    if (transfer != null) {
      transfer.cancel();
    }
    ErrorAnswer error = ErrorAnswer.error(500, "internal_error", "the gateway failed");
    String where = bug.getStackTrace().length == 0 ? "" : " at " + bug.getStackTrace()[0];
    String detail = bug.getClass().getName() + where;
    if (relay == null) {
      status = error.status();
    }
    if (admitted == null) {
      finished = true;
      context.log().write(report.refused(error, null));
    } else {
      finish(Outcome.ERROR, relay == null ? nothing() : relay.metered(), error.code(), detail);
    }
    try {
      if (relay == null) {
        sendError(error);
      } else {
        client.reset();
      }
    } catch (RuntimeException sentInPart) {
      client.reset();
    }
  }

  /** Settles what was held and writes the log line: the one way out of an admitted call. */
  private void finish(
      Outcome outcome, Metered metered, @Nullable String error, @Nullable String detail) {
    if (finished) {
      return;
    }
    Admission.Admitted granted = Objects.requireNonNull(admitted);
    Settlement settlement = report.settlement(granted, outcome, metered, status);
    RequestLogEntry line = report.line(granted, settlement, error, detail, firstByte);
    finished = true;
    if (heartbeat != null) {
      heartbeat.cancel();
    }
    if (awaitingUpstream) {
      awaitingUpstream = false;
      upstream(granted).breaker().releasePermission();
    }
    upstream(granted).allowance().used(metered.usage().totalTokens());
    context.ledger().settle(settlement, settled -> context.log().write(line.settled(settled)));
  }

  /** Keeps the hold alive while the answer lasts. */
  private void beatLater(Admission.Admitted granted) {
    heartbeat =
        loop.schedule(
            context.holdLifetime().dividedBy(3),
            () -> {
              if (!finished) {
                context.ledger().extend(granted.hold());
                beatLater(granted);
              }
            });
  }

  /** Once per attempt: how long an answer takes after its head says nothing about its upstream. */
  private void reportToBreaker(boolean success) {
    if (!awaitingUpstream) {
      return;
    }
    awaitingUpstream = false;
    var breaker = upstream(Objects.requireNonNull(admitted)).breaker();
    long nanos = report.elapsed().toNanos();
    if (success) {
      breaker.onSuccess(nanos, TimeUnit.NANOSECONDS);
    } else {
      breaker.onError(nanos, TimeUnit.NANOSECONDS, new UpstreamTroubleException());
    }
  }

  private ConfiguredUpstream upstream(Admission.Admitted granted) {
    return Objects.requireNonNull(context.upstreams().get(granted.route().model().upstream()));
  }

  private static boolean isEncoded(Headers head) {
    return !head.first("content-encoding").orElse("identity").equalsIgnoreCase("identity");
  }

  private static Metered nothing() {
    return new Metered(TokenUsage.NONE, Basis.VOID, new TreeSet<>(), null);
  }

  /** Tells the circuit breaker of a failure; carries nothing. */
  private static final class UpstreamTroubleException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UpstreamTroubleException() {
      super("upstream trouble", null, false, false);
    }
  }
}
