package xyz.trollllm.server.logging;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** Appends to a file that does not exist until there is something to write. Used by one thread. */
final class SpillFile extends OutputStream {
  private final Path path;
  private @Nullable OutputStream file;

  SpillFile(Path path) {
    this.path = path;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    if (file == null) {
      Files.createDirectories(path.toAbsolutePath().getParent());
      file = Files.newOutputStream(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
    file.write(bytes, offset, length);
  }

  @Override
  public void close() throws IOException {
    if (file != null) {
      file.close();
    }
  }
}
