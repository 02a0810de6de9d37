/**
 * A request's way through the proxy, without a web server.
 *
 * <p>Embedders start at {@code MeteredProxy}; to understand what happens to a request, read {@code
 * ProxyCall} from top to bottom. {@code Endpoint} lists all that is served. A server brings its own
 * {@link xyz.trollllm.proxy.ClientExchange} and {@link xyz.trollllm.proxy.EventLoop}; everything
 * else is here.
 */
@NullMarked
package xyz.trollllm.proxy;

import org.jspecify.annotations.NullMarked;
