/**
 * The shell: HTTP in and out, and the wiring of everything else; decides nothing.
 *
 * <p>Start at {@link xyz.trollllm.server.Main}. Upstream connections live on the same I/O threads
 * as the clients': {@link xyz.trollllm.server.EventLoopUpstream}.
 */
@NullMarked
package xyz.trollllm.server;

import org.jspecify.annotations.NullMarked;
