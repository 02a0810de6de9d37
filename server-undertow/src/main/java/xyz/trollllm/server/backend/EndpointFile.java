package xyz.trollllm.server.backend;

import java.nio.file.Path;
import java.util.List;

/**
 * Where the configuration of one endpoint is.
 *
 * @param service the container that runs the endpoint
 * @param file need not exist; may be replaced at any time
 */
public record EndpointFile(String service, Path file) {
  public static final String CHAT_SERVICE = "goproxy-openhands";
  public static final String CHAT2_SERVICE = "goproxy-ohmygpt";

  /** Those of the two endpoints of the product, in the order in which they are shown. */
  public static List<EndpointFile> of(Path chat, Path chat2) {
    return List.of(new EndpointFile(CHAT_SERVICE, chat), new EndpointFile(CHAT2_SERVICE, chat2));
  }
}
