/**
 * Runs the published vectors: requests, what upstreams answer, and what a gateway must make of it.
 *
 * <p>Start at {@link xyz.trollllm.server.vectors.VectorFolder}, which reads them, and {@link
 * xyz.trollllm.server.vectors.VectorRun}, which puts one to a gateway between a client and a {@link
 * xyz.trollllm.server.vectors.ReplayingUpstream}. Which gateway it is, ours or another, must not
 * matter here: nothing in this package knows how one works inside. The format is described in
 * {@code vectors/README.md}.
 */
@NullMarked
package xyz.trollllm.server.vectors;

import org.jspecify.annotations.NullMarked;
