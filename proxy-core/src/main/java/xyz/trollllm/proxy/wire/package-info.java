/**
 * The formats inside bodies: what a request asks for, what an answer says was used.
 *
 * <p>A request is read by {@link xyz.trollllm.proxy.wire.RequestReader} and edited by {@link
 * xyz.trollllm.proxy.wire.BodyEdits}; an answer is metered by what {@link
 * xyz.trollllm.proxy.wire.AnswerMeters} makes, and {@link xyz.trollllm.proxy.wire.UsageChunkFilter}
 * takes out of it what an edit brought in. Answers are read while their bytes pass by unchanged, in
 * bounded memory. Nothing here knows HTTP connections, users or prices.
 */
@NullMarked
package xyz.trollllm.proxy.wire;

import org.jspecify.annotations.NullMarked;
