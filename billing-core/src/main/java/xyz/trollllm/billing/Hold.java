package xyz.trollllm.billing;

import java.time.Instant;
import xyz.trollllm.config.CreditField;

/** Credit that is set aside for one request until it is settled or expires. */
public record Hold(
    String requestId, String userId, CreditField creditField, Usd amount, Instant expiresAt) {
  public Hold {
    RequestIds.requireValid(requestId);
  }

  /** The same hold, of another amount. */
  public Hold of(Usd other) {
    return new Hold(requestId, userId, creditField, other, expiresAt);
  }

  /** Throws if {@code other} is not more than this hold has. */
  public void requireLessThan(Usd other) {
    if (other.compareTo(amount) <= 0) {
      throw new IllegalArgumentException("a hold of " + amount + " cannot be raised to " + other);
    }
  }
}
