package xyz.trollllm.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.function.Consumer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Copies of the shipped files with something changed, for what the files as they are do not do. */
final class ConfigCopy {
  private static final Path SHIPPED = Path.of(System.getProperty("gateway.deploy"), "goproxy");
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private ConfigCopy() {}

  static Path shipped(String file) {
    return SHIPPED.resolve(file);
  }

  /** A copy of a shipped file that every user of this machine can read. */
  static Path readable(String file) {
    try {
      Path copy = Path.of(write(Files.readString(shipped(file))));
      return Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rw-r--r--"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String of(String shipped, Consumer<ObjectNode> change) {
    ObjectNode config = (ObjectNode) JSON.readTree(shipped(shipped));
    change.accept(config);
    return write(JSON.writeValueAsString(config));
  }

  /** A copy in which the OpenHands upstream has one more setting. */
  static String ofUpstream(String shipped, String key, int value) {
    return of(
        shipped,
        config ->
            config.putArray("upstreams").addObject().put("name", "openhands").put(key, value));
  }

  /** A file with this text, by its path. */
  static String write(String text) {
    try {
      Path file = Files.createTempFile("gateway-it-config", ".json");
      file.toFile().deleteOnExit();
      return Files.writeString(file, text).toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
