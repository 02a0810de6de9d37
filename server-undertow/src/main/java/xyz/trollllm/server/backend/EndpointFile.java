package xyz.trollllm.server.backend;

import java.nio.file.Path;

/**
 * Where the configuration of one endpoint is.
 *
 * @param service the container that runs the endpoint
 * @param file need not exist; may be replaced at any time
 */
public record EndpointFile(String service, Path file) {}
