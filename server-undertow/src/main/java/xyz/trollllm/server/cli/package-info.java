/**
 * The command line: what an operator types, what is printed, and the exit codes.
 *
 * <p>Start at {@link xyz.trollllm.server.cli.GatewayCommand}. Commands ask the other packages and
 * show the answers; they decide nothing. An operator's mistake is told in a sentence, never by a
 * stack trace.
 */
@NullMarked
package xyz.trollllm.server.cli;

import org.jspecify.annotations.NullMarked;
