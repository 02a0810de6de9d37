package xyz.trollllm.billing;

import java.time.Duration;
import xyz.trollllm.config.CreditField;

/**
 * A wish to set credit aside for one request.
 *
 * @param requestId identifies the request for ever; letters, digits and dashes only
 * @param amount an upper bound of the request's cost, in whole nano-dollars
 * @param lifetime how long the hold stands if nobody settles or extends it
 */
public record HoldRequest(
    String requestId, String userId, CreditField creditField, Usd amount, Duration lifetime) {
  public HoldRequest {
    RequestIds.requireValid(requestId);
    if (amount.isNegative()) {
      throw new IllegalArgumentException("a hold must not be negative, was " + amount);
    }
  }
}
