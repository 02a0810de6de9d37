/**
 * HTTP/1.1 messages as bytes: how a request begins, how an answer begins, where its body ends.
 *
 * <p>{@link xyz.trollllm.server.http1.AnswerHeadParser} comes first, {@link
 * xyz.trollllm.server.http1.AnswerBody} follows. Nothing here knows sockets, threads or time.
 */
@NullMarked
package xyz.trollllm.server.http1;

import org.jspecify.annotations.NullMarked;
