package xyz.trollllm.proxy.admission;

import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import xyz.trollllm.billing.IdempotencyClaim;
import xyz.trollllm.billing.IdempotencyKeys;
import xyz.trollllm.billing.IdempotentRequest;
import xyz.trollllm.proxy.Background;
import xyz.trollllm.proxy.ProxyRequest;

/**
 * Holds credit, for a request that its client marked with a key only once it has that key. Requests
 * without a key pass through.
 *
 * <p>Safe for use by many threads. Never blocks: keys are claimed in the background.
 */
final class KeyedHolds {
  private final CreditHolds holds;
  private final IdempotencyKeys keys;
  private final Background background;

  KeyedHolds(CreditHolds holds, IdempotencyKeys keys, Background background) {
    this.holds = holds;
    this.keys = keys;
    this.background = background;
  }

  /**
   * Calls {@code decide} once: before returning, through {@code caller} or on a thread of the
   * ledger.
   */
  void hold(
      Candidate candidate, ProxyRequest request, Executor caller, Consumer<Admission> decide) {
    Optional<String> key = IdempotencyHeader.key(request.headers());
    if (key.isEmpty()) {
      holds.hold(candidate, null, decide);
      return;
    }
    Supplier<IdempotentRequest> marked =
        () ->
            IdempotentRequest.of(
                candidate.requestId(),
                candidate.identity().account().userId(),
                key.get(),
                IdempotencyHeader.fingerprint(request));
    inBackground(
        () -> {
          IdempotentRequest claiming = marked.get();
          return new Claimed(claiming, keys.claim(claiming));
        },
        candidate,
        caller,
        claimed -> hold(candidate, claimed, caller, decide),
        decide);
  }

  /** A request with what became of its claim. */
  private record Claimed(IdempotentRequest request, IdempotencyClaim claim) {}

  private void hold(
      Candidate candidate, Claimed claimed, Executor caller, Consumer<Admission> decide) {
    switch (claimed.claim()) {
      case IdempotencyClaim.Granted(var notAfter) ->
          holds.hold(
              candidate,
              notAfter,
              admission ->
                  giveBackUnlessHeld(candidate, claimed.request(), admission, caller, decide));
      case IdempotencyClaim.InFlight(String first) ->
          decide.accept(candidate.refused(new Rejection.RequestInFlight(first)));
      case IdempotencyClaim.CarriedOut(String first) ->
          decide.accept(candidate.refused(new Rejection.RequestCarriedOut(first)));
      case IdempotencyClaim.OtherRequest(String first) ->
          decide.accept(candidate.refused(new Rejection.IdempotencyKeyReused(first)));
      case IdempotencyClaim.Unavailable(String reason) ->
          decide.accept(candidate.refused(new Rejection.StoreUnavailable(reason)));
    }
  }

  /** First the key, then the answer: the client may send the same request again at once. */
  private void giveBackUnlessHeld(
      Candidate candidate,
      IdempotentRequest marked,
      Admission admission,
      Executor caller,
      Consumer<Admission> decide) {
    boolean holdsNothing =
        admission instanceof Admission.Refused(Rejection reason, _, _)
            && !(reason instanceof Rejection.StoreUnavailable);
    if (holdsNothing) {
      inBackground(
          () -> {
            keys.release(marked);
            return admission;
          },
          candidate,
          caller,
          decide,
          decide);
    } else {
      decide.accept(admission);
    }
  }

  private <T> void inBackground(
      Supplier<T> work,
      Candidate candidate,
      Executor caller,
      Consumer<T> done,
      Consumer<Admission> decide) {
    try {
      background.compute(work, caller, done);
    } catch (RejectedExecutionException _) {
      decide.accept(candidate.refused(new Rejection.ShuttingDown()));
    }
  }
}
