package xyz.trollllm.proxy;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.proxy.admission.Rejection;
import xyz.trollllm.proxy.upstream.KeyRing;
import xyz.trollllm.proxy.upstream.Upstream;
import xyz.trollllm.proxy.upstream.UpstreamFailure;
import xyz.trollllm.proxy.upstream.UpstreamRequest;

/**
 * Tries one request at its upstream, at most twice, within what the upstream's allowance and
 * circuit breaker permit, and tells breaker and keys what came of it. One per call, confined to its
 * event loop.
 */
final class UpstreamAttempts {
  private static final int MOST = 2;

  private final ConfiguredUpstream upstream;
  private final Function<KeyRing.Key, UpstreamRequest> request;
  private final EventLoop loop;
  private final Upstream.Listener listener;
  private KeyRing.@Nullable Key key;
  private Upstream.@Nullable Transfer transfer;
  private int made;
  private boolean breakerWaits;
  private long startNanos;

  UpstreamAttempts(
      ConfiguredUpstream upstream,
      Function<KeyRing.Key, UpstreamRequest> request,
      EventLoop loop,
      Upstream.Listener listener) {
    this.upstream = upstream;
    this.request = request;
    this.loop = loop;
    this.listener = listener;
  }

  /** Sends the request; returns why not if it may not be sent. */
  Optional<Rejection> open() {
    return open(upstream.keys().next());
  }

  /** As the other, with a key of the caller's choice. */
  Optional<Rejection> open(KeyRing.Key chosen) {
    Optional<Duration> wait = upstream.allowance().refuse();
    if (wait.isPresent()) {
      return Optional.of(new Rejection.AllowanceUsedUp(wait.get()));
    }
    if (!upstream.breaker().tryAcquirePermission()) {
      return Optional.of(new Rejection.UpstreamResting(ConfiguredUpstream.REST));
    }
    breakerWaits = true;
    startNanos = System.nanoTime();
    made++;
    key = chosen;
    transfer = upstream.connections().open(request.apply(chosen), loop, listener);
    return Optional.empty();
  }

  Upstream.Transfer transfer() {
    if (transfer == null) {
      throw new IllegalStateException("nothing was sent yet");
    }
    return transfer;
  }

  /** The answer began. How long it takes from here says nothing about the upstream. */
  void answered(int status) {
    tellBreaker(status < 500);
  }

  /** The attempt failed; returns whether another one may be made. */
  boolean failed(UpstreamFailure failure) {
    if (!(failure instanceof UpstreamFailure.Saturated)) {
      tellBreaker(false);
    }
    return failure instanceof UpstreamFailure.NotConnected && made < MOST;
  }

  /** The upstream refused the key in use; returns another one if that may be tried. */
  Optional<KeyRing.Key> refused(UpstreamError error) {
    if (key == null || !error.anotherKeyMayHelp()) {
      return Optional.empty();
    }
    key.rest();
    if (error.refusesKey()) {
      upstream.keyWatch().refused(key, error.status());
    }
    return made < MOST ? upstream.keys().otherThan(key) : Optional.empty();
  }

  void cancel() {
    if (transfer != null) {
      transfer.cancel();
    }
  }

  /** The call is over and used so many tokens. */
  void finish(long tokens) {
    if (breakerWaits) {
      breakerWaits = false;
      upstream.breaker().releasePermission();
    }
    upstream.allowance().used(tokens);
  }

  /** Once per attempt. */
  private void tellBreaker(boolean success) {
    if (!breakerWaits) {
      return;
    }
    breakerWaits = false;
    long nanos = System.nanoTime() - startNanos;
    if (success) {
      upstream.breaker().onSuccess(nanos, TimeUnit.NANOSECONDS);
    } else {
      upstream.breaker().onError(nanos, TimeUnit.NANOSECONDS, new UpstreamTroubleException());
    }
  }

  /** Tells the circuit breaker of a failure; carries nothing. */
  private static final class UpstreamTroubleException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UpstreamTroubleException() {
      super("upstream trouble", null, false, false);
    }
  }
}
