package xyz.trollllm.billing.journal;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/** The id of an instance, kept in its journal's directory. */
final class InstanceId {
  private static final String FILE = "instance-id";

  private InstanceId() {}

  /** The id that the directory has; a new one if it has none that can be read. */
  static UUID of(Path directory) throws IOException {
    Path file = directory.resolve(FILE);
    if (Files.exists(file)) {
      try {
        return UUID.fromString(Files.readString(file).strip());
      } catch (IllegalArgumentException _) {
        // Cut short by a loss of power: nothing depends on it, a new one does as well.
      }
    }
    UUID id = UUID.randomUUID();
    Path next = directory.resolve(FILE + ".new");
    Files.writeString(next, id + "\n");
    Files.move(next, file, ATOMIC_MOVE, REPLACE_EXISTING);
    return id;
  }
}
