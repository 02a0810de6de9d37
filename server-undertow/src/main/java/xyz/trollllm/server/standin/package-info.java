/**
 * An upstream to try the gateway with: it speaks the Anthropic Messages and OpenAI Chat
 * Completions, Responses and Embeddings APIs as real upstreams do, but answers from a fixed text at
 * no cost.
 *
 * <p>Start at {@link xyz.trollllm.server.standin.StandInUpstream}. What it reports as usage follows
 * from the request alone, so that anybody can work out what an answer costs; see {@link
 * xyz.trollllm.server.standin.Asked}. A {@link xyz.trollllm.server.standin.Script} makes it fail in
 * every way an upstream can. It must never learn of users, prices or credit.
 */
@NullMarked
package xyz.trollllm.server.standin;

import org.jspecify.annotations.NullMarked;
