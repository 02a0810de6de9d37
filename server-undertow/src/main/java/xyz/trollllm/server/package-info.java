/**
 * HTTP in and out; decides nothing.
 *
 * <p>Upstream connections live on the same I/O threads as the clients': {@link
 * xyz.trollllm.server.EventLoopUpstream}.
 */
@NullMarked
package xyz.trollllm.server;

import org.jspecify.annotations.NullMarked;
