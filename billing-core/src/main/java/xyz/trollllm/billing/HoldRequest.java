package xyz.trollllm.billing;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.config.CreditField;

/**
 * A wish to set credit aside for one request.
 *
 * @param requestId identifies the request for ever; letters, digits and dashes only
 * @param amount an upper bound of the request's cost, in whole nano-dollars
 * @param lifetime how long the hold stands if nobody settles or extends it
 * @param lastSeen what the field had available when the account was last looked at, for ledgers
 *     whose store does not answer; null if that is not known, or may not be spent any more
 * @param notAfter when it may not be set any more; null for as long as the ledger tries
 */
public record HoldRequest(
    String requestId,
    String userId,
    CreditField creditField,
    Usd amount,
    Duration lifetime,
    @Nullable Usd lastSeen,
    @Nullable Instant notAfter) {
  public HoldRequest {
    RequestIds.requireValid(requestId);
    if (amount.isNegative()) {
      throw new IllegalArgumentException("a hold must not be negative, was " + amount);
    }
  }

  /** A wish of an account of which nothing is known but what the ledger's store says. */
  public HoldRequest(
      String requestId, String userId, CreditField creditField, Usd amount, Duration lifetime) {
    this(requestId, userId, creditField, amount, lifetime, null);
  }

  /** A wish that may be fulfilled for as long as the ledger tries. */
  public HoldRequest(
      String requestId,
      String userId,
      CreditField creditField,
      Usd amount,
      Duration lifetime,
      @Nullable Usd lastSeen) {
    this(requestId, userId, creditField, amount, lifetime, lastSeen, null);
  }

  /**
   * The same wish, to be fulfilled by {@code time} or never, and by the store or not at all:
   * without it nobody can tell later whether it was.
   */
  public HoldRequest by(Instant time) {
    return new HoldRequest(requestId, userId, creditField, amount, lifetime, null, time);
  }

  /** The hold that fulfils this wish at {@code now}. */
  public Hold heldAt(Instant now) {
    return new Hold(requestId, userId, creditField, amount, now.plus(lifetime));
  }

  boolean isTooLate(Instant now) {
    return notAfter != null && !now.isBefore(notAfter);
  }
}
