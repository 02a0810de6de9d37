package xyz.trollllm.billing.journal;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Makes sure that one process writes to a directory. Ends with it, however that ends. */
public final class DirectoryLock implements AutoCloseable {
  private final FileChannel channel;

  private DirectoryLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Locks a directory that exists.
   *
   * @throws DirectoryInUseException if it is locked, be it by this very process
   */
  public static DirectoryLock acquire(Path directory) throws IOException {
    Path file = directory.resolve("lock");
    FileChannel channel = FileChannel.open(file, CREATE, READ, WRITE);
    try {
      if (tryLock(channel) != null) {
        channel.truncate(0);
        return new DirectoryLock(channel);
      }
      throw new DirectoryInUseException(directory, Files.readString(file).strip());
    } catch (IOException | DirectoryInUseException e) {
      channel.close();
      throw e;
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException _) {
      return null; // held by this very process
    }
  }

  /** Tells whoever is refused what to do instead. */
  public void announce(String text) throws IOException {
    channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), 0);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  /** Somebody else holds the lock of a directory. */
  public static final class DirectoryInUseException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String announced;

    DirectoryInUseException(Path directory, String announced) {
      super(directory + " is in use");
      this.announced = announced;
    }

    /** What the holder announced; empty if nothing. */
    public String announced() {
      return announced;
    }
  }
}
