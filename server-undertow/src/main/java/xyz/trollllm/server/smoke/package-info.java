/**
 * A real request for each model through a gateway that runs, and whether it was charged as quoted.
 *
 * <p>Start at {@link xyz.trollllm.server.smoke.SmokeRun}. It is a client like any other: all that
 * it knows comes through the client API and with one user's key. What a request must cost is
 * computed here from the quoted prices alone, not by the code that charges.
 */
@NullMarked
package xyz.trollllm.server.smoke;

import org.jspecify.annotations.NullMarked;
