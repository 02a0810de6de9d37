/**
 * Where requests are forwarded to.
 *
 * <p>{@link xyz.trollllm.proxy.upstream.Upstream} is one upstream with its own connections; {@code
 * JdkUpstream} is the implementation that runs anywhere. A server may bring one that shares its
 * event loops. Nothing here knows users, money or the formats inside a body.
 */
@NullMarked
package xyz.trollllm.proxy.upstream;

import org.jspecify.annotations.NullMarked;
