/**
 * One instance's configuration: immutable, fully checked records made from one JSON file.
 *
 * <p>Start at {@link xyz.trollllm.config.ConfigLoader}: it returns a {@link
 * xyz.trollllm.config.GatewayConfig} in which everything is valid, or throws all problems of the
 * file at once. Secrets are in {@link xyz.trollllm.config.UpstreamKeys} only. Nothing here opens a
 * socket or knows a database.
 */
@NullMarked
package xyz.trollllm.config;

import org.jspecify.annotations.NullMarked;
