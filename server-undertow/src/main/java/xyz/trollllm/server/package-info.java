/**
 * The shell: HTTP in and out, the command line, logging, and the wiring of everything else.
 *
 * <p>Start at {@link xyz.trollllm.server.Main}. Nothing here decides what a request costs or who
 * may send it; that is in {@code xyz.trollllm.proxy} and {@code xyz.trollllm.billing}.
 */
@NullMarked
package xyz.trollllm.server;

import org.jspecify.annotations.NullMarked;
