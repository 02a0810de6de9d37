package xyz.trollllm.billing;

import java.time.Instant;

/** What became of a request's claim to the key that its client marked it with. */
public sealed interface IdempotencyClaim {
  /**
   * The request has the key, and may be carried out.
   *
   * @param notAfter until when credit may be held for it: then the key is taken back unless
   *     something is held
   */
  record Granted(Instant notAfter) implements IdempotencyClaim {}

  /** An equal request has the key and is under way, or its end is not known yet. */
  record InFlight(String requestId) implements IdempotencyClaim {}

  /** An equal request had the key and was carried out: answered, or charged for what it used. */
  record CarriedOut(String requestId) implements IdempotencyClaim {}

  /** Another request has the key, under way or carried out. */
  record OtherRequest(String requestId) implements IdempotencyClaim {}

  /** The store did not answer. Should the claim stand after all, it is taken back in time. */
  record Unavailable(String reason) implements IdempotencyClaim {}
}
