package xyz.trollllm.billing;

import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The only way money leaves an account: credit is held before a request is forwarded and the hold
 * is settled afterwards, exactly once by request id.
 *
 * <p>Safe for use by many threads. No method blocks. A callback is called exactly once, either
 * before the method returns or later on a thread of the ledger; it must not block either. How a
 * ledger reaches its store (per request, merged or in advance) is its own affair.
 */
public interface CreditLedger extends AutoCloseable {

  /** Sets credit aside. Repeating it with the same request id holds once. */
  void reserve(HoldRequest request, Consumer<Reservation> outcome);

  /**
   * Sets more credit aside for a request that is under way, so that {@code amount} is held in all;
   * or leaves the hold as it is. The outcome is told in the words of a reservation: {@link
   * Reservation.Held} carries the hold as it stands now, {@link Reservation.InsufficientCredit}
   * what is available beside it. After {@link Reservation.Unavailable} either may be the case;
   * whatever was held, settling with any hold of the request that the ledger ever returned is
   * right.
   *
   * @param amount whole nano-dollars, more than {@code hold} has
   */
  void raise(Hold hold, Usd amount, Consumer<Reservation> outcome);

  /**
   * Releases the hold and takes the charge, which may exceed it. Never lost while the process
   * lives: when the store does not answer, the callback gets {@link Settled.Deferred} and the
   * ledger goes on trying.
   */
  void settle(Settlement settlement, Consumer<Settled> outcome);

  /**
   * Says how a request that is under way would have to be settled if this process died now: first
   * when it is about to be sent, then always before its client gets what the settlement counts. A
   * ledger that remembers it settles the request like this after a restart.
   *
   * @param soFar is asked at once if at all
   */
  default void progress(Supplier<Settlement> soFar) {}

  /**
   * Has {@code listener} told, on a thread of the ledger, the ids of requests whose settlement was
   * {@link Settled.Deferred} and has ended now. To be called before the ledger is used.
   */
  default void whenDeferredEnds(BiConsumer<String, Settled> listener) {}

  /** Keeps the hold of a request that is still running from expiring. */
  void extend(Hold hold);

  /** What users may see of what this ledger did for them; stays the same object. */
  default RequestHistory history() {
    return RequestHistory.NONE;
  }

  /** The keys of clients whose requests this ledger holds credit for; stay the same object. */
  IdempotencyKeys idempotencyKeys();

  /** Finishes what is under way, waiting a bounded time for the store. */
  @Override
  void close();
}
