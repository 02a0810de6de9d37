/**
 * Who may send what: keys and accounts, models, rates, what was sent before under the same
 * idempotency key, and the upper bound that is held.
 *
 * <p>Each step answers from memory where it can. Nothing here sends anything to an upstream.
 */
@NullMarked
package xyz.trollllm.proxy.admission;

import org.jspecify.annotations.NullMarked;
