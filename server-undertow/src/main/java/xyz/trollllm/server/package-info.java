/**
 * The shell around the cores: HTTP in and out on Undertow, the command line, and the wiring.
 *
 * <p>{@code Main} leads to {@code GatewayServer}, where one instance is put together. Nothing here
 * decides about requests or money, and Undertow's types stay inside.
 */
@NullMarked
package xyz.trollllm.server;

import org.jspecify.annotations.NullMarked;
