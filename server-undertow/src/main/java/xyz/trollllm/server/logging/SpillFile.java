package xyz.trollllm.server.logging;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Appends to a file that does not exist until there is something to write, and refuses what would
 * make it too large. It is opened for each write, so that a file which was moved away or emptied
 * leaves room for another. Used by one thread.
 */
final class SpillFile extends OutputStream {
  private final Path path;
  private final long maxBytes;

  /**
   * @param maxBytes how large the file may become, what it holds already included
   */
  SpillFile(Path path, long maxBytes) {
    this.path = path;
    this.maxBytes = maxBytes;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    long size = Files.exists(path) ? Files.size(path) : 0;
    if (size + length > maxBytes) {
      throw new IOException(path + " has reached " + maxBytes + " bytes");
    }
    Files.createDirectories(path.toAbsolutePath().getParent());
    try (OutputStream file =
        Files.newOutputStream(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      file.write(bytes, offset, length);
    }
  }
}
