/**
 * What the program says: one JSON line per request on standard output, and diagnostics for the
 * operator on standard error. The two are never mixed.
 *
 * <p>Nobody who logs ever waits for a stream: lines pass through a {@link
 * xyz.trollllm.server.logging.LineWriter}. Nothing here may see a key, a prompt or an answer.
 */
@NullMarked
package xyz.trollllm.server.logging;

import org.jspecify.annotations.NullMarked;
