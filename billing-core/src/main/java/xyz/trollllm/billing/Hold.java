package xyz.trollllm.billing;

import java.time.Instant;
import xyz.trollllm.config.CreditField;

/**
 * Credit that is set aside for one request until it is settled or expires.
 *
 * @param graced whether the request was admitted while the store did not answer: then nobody knows
 *     whether this hold stands there, and settling it takes the charge either way
 */
public record Hold(
    String requestId,
    String userId,
    CreditField creditField,
    Usd amount,
    Instant expiresAt,
    boolean graced) {
  public Hold {
    RequestIds.requireValid(requestId);
  }

  /** A hold that stands in the store. */
  public Hold(
      String requestId, String userId, CreditField creditField, Usd amount, Instant expiresAt) {
    this(requestId, userId, creditField, amount, expiresAt, false);
  }

  /** The same hold, of another amount. */
  public Hold of(Usd other) {
    return new Hold(requestId, userId, creditField, other, expiresAt, graced);
  }

  /** The same hold of a request that was admitted without the store. */
  public Hold asGraced() {
    return new Hold(requestId, userId, creditField, amount, expiresAt, true);
  }

  /** The same hold, which is settled only if the store knows it. */
  public Hold asKnown() {
    return new Hold(requestId, userId, creditField, amount, expiresAt, false);
  }

  /** Throws if {@code other} is not more than this hold has. */
  public void requireLessThan(Usd other) {
    if (other.compareTo(amount) <= 0) {
      throw new IllegalArgumentException("a hold of " + amount + " cannot be raised to " + other);
    }
  }
}
