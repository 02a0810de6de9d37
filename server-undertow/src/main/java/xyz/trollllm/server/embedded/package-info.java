/**
 * A small durable MongoDB inside this process, for a first try, for tests and for small use on one
 * machine.
 *
 * <p>Start at {@link xyz.trollllm.server.embedded.EmbeddedStore}. All data are in memory; every
 * change stands in a journal on disk before it is acknowledged. The rest of the product reaches
 * this store by its URI like any other and must not know that it is here.
 */
@NullMarked
package xyz.trollllm.server.embedded;

import org.jspecify.annotations.NullMarked;
