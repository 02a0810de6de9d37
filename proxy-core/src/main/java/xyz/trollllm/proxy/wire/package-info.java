/**
 * The formats inside bodies: what a request asks for, what an answer says was used.
 *
 * <p>Everything here reads along while bytes pass by unchanged, in bounded memory. Nothing here
 * knows HTTP connections, users or prices.
 */
@NullMarked
package xyz.trollllm.proxy.wire;

import org.jspecify.annotations.NullMarked;
