package xyz.trollllm.billing.journal;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Makes sure that one process writes to a directory, and one part of it. Ends with the process,
 * however that ends. Safe for use by many threads.
 *
 * <p>The system's lock belongs to the process, and is lost when the process closes any channel of
 * the file. So who asks for a second lock in one process is refused before it opens the file.
 */
public final class DirectoryLock implements AutoCloseable {
  /** What this process has locked, and what it announced there. */
  private static final Map<Path, String> OURS = new ConcurrentHashMap<>();

  private final Path directory;
  private final FileChannel channel;

  private DirectoryLock(Path directory, FileChannel channel) {
    this.directory = directory;
    this.channel = channel;
  }

  /**
   * Locks a directory that exists.
   *
   * @throws DirectoryInUseException if it is locked, be it by this very process
   */
  public static DirectoryLock acquire(Path directory) throws IOException {
    Path real = directory.toRealPath();
    Path file = real.resolve("lock");
    String announced = OURS.putIfAbsent(real, "");
    if (announced != null) {
      throw new DirectoryInUseException(directory, announced);
    }
    try {
      return new DirectoryLock(real, lock(directory, file));
    } catch (IOException | RuntimeException e) {
      OURS.remove(real);
      throw e;
    }
  }

  private static FileChannel lock(Path directory, Path file) throws IOException {
    FileChannel channel = FileChannel.open(file, CREATE, READ, WRITE);
    try {
      if (channel.tryLock() != null) {
        channel.truncate(0);
        return channel;
      }
      throw new DirectoryInUseException(directory, Files.readString(file).strip());
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** Tells whoever is refused what to do instead. */
  public void announce(String text) throws IOException {
    channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), 0);
    OURS.replace(directory, text.strip());
  }

  @Override
  public void close() throws IOException {
    if (channel.isOpen()) {
      try {
        channel.close();
      } finally {
        OURS.remove(directory);
      }
    }
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
