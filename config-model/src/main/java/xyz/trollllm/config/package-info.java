/**
 * One instance's configuration: immutable, fully checked records made from one JSON file.
 *
 * <p>Start at {@link xyz.trollllm.config.ConfigLoader}: it returns a {@link
 * xyz.trollllm.config.GatewayConfig} in which everything is valid, or throws all problems of the
 * file at once. Nothing here opens a socket, knows a database or holds a secret.
 */
@NullMarked
package xyz.trollllm.config;

import org.jspecify.annotations.NullMarked;
