/**
 * Everything in one process, for a first try: both instances from the shipped files, a store that
 * survives restarts, an upstream that costs nothing, and a user with credit.
 *
 * <p>Start at {@link xyz.trollllm.server.demo.Demo}. It wires what production runs and adds nothing
 * to it.
 */
@NullMarked
package xyz.trollllm.server.demo;

import org.jspecify.annotations.NullMarked;
