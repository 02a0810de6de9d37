package xyz.trollllm.billing;

import java.time.Instant;
import xyz.trollllm.config.CreditField;

/** Credit that is set aside for one request until it is settled or expires. */
public record Hold(
    String requestId, String userId, CreditField creditField, Usd amount, Instant expiresAt) {
  public Hold {
    RequestIds.requireValid(requestId);
  }
}
