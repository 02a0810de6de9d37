package xyz.trollllm.billing.mongo;

import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.CreditField;

/**
 * The reversal of one request's charge.
 *
 * @param charge what was taken, above zero
 * @param by who gives it back
 */
record Refund(
    String requestId,
    String userId,
    CreditField field,
    Usd charge,
    @Nullable String model,
    String by,
    String reason) {}
