/**
 * The product's promises, proved over sockets against the built artifact and the shipped files.
 *
 * <p>A test starts with a {@code RunningGateway}, which is the artifact in a process of its own
 * between a client and a stand-in upstream.
 */
@NullMarked
package xyz.trollllm.it;

import org.jspecify.annotations.NullMarked;
