package xyz.trollllm.proxy;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One request as the client sent it, body complete.
 *
 * @param path without query
 * @param query without the question mark, verbatim; null if there was none
 * @param body backed by an array; not to be changed after it was handed over
 */
public record ProxyRequest(
    String method, String path, @Nullable String query, Headers headers, ByteBuffer body) {}
