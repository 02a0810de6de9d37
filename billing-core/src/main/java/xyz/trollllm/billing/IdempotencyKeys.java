package xyz.trollllm.billing;

import java.time.Clock;
import java.time.Duration;

/**
 * The keys by which clients mark requests that must not be carried out twice. At most one request
 * has a key; whether it was carried out is asked of the ledger, and never noted a second time.
 *
 * <p>Safe for use by many threads. All methods may block.
 */
public interface IdempotencyKeys {
  /** How long a key is remembered after it was claimed, at least. */
  Duration RETENTION = Duration.ofHours(24);

  /** How long credit may be held for a request after it claimed its key. */
  Duration CLAIM = Duration.ofSeconds(10);

  /** How long after a moment by one machine's clock it has passed by every machine's clock. */
  Duration CLOCK_TOLERANCE = Duration.ofSeconds(2);

  /** Keys that stand in {@code table}, claimed for requests that {@code history} knows. */
  static IdempotencyKeys of(IdempotencyTable table, RequestHistory history, Clock clock) {
    return new LedgerIdempotencyKeys(table, history, clock);
  }

  /**
   * Claims the key of a request for which nothing is held yet. It is granted if nobody has the key,
   * or if whoever has it ended without an answer and without a charge. Repeating it is granted
   * again.
   */
  IdempotencyClaim claim(IdempotentRequest request);

  /**
   * Gives the key of a request back for which nothing was held and nothing will be; no effect if
   * another request has it. If the store does not answer, the key is free when its claim is over.
   */
  void release(IdempotentRequest request);
}
