/**
 * What a request costs, and taking that cost from one credit field, exactly once.
 *
 * <p>{@link xyz.trollllm.billing.PriceBook} is arithmetic: no clock, no database, no rounding.
 * {@link xyz.trollllm.billing.CreditLedger} is the only way money leaves an account; its MongoDB
 * form lives in {@code xyz.trollllm.billing.mongo}. {@link xyz.trollllm.billing.IdempotencyKeys}
 * tells repetitions from requests that clients want carried out again. Nothing here knows of HTTP
 * or of a model's answer format.
 */
@NullMarked
package xyz.trollllm.billing;

import org.jspecify.annotations.NullMarked;
