/**
 * The price page of all endpoints together, for people and programs.
 *
 * <p>Start at {@link xyz.trollllm.server.backend.PriceWatch}, which reads the endpoints'
 * configuration files again whenever they change, and at {@link
 * xyz.trollllm.server.backend.PriceSite}, which answers requests from what was read. Nothing here
 * computes a price, and nothing needs a key, a database or a web server.
 */
@NullMarked
package xyz.trollllm.server.backend;

import org.jspecify.annotations.NullMarked;
