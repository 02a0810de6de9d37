package xyz.trollllm.server.embedded;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The record of all changes on disk. Safe for use by many threads.
 *
 * <p>Appending only queues a record. Whoever waits for it writes everything that is queued and
 * flushes it to the disk, while those who come later queue up for the next turn: one flush serves
 * all who wait. After a failed write nothing is acknowledged any more, since what is on disk is
 * then unknown.
 */
final class Journal implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Journal.class.getName());

  private final Path file;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition flushed = lock.newCondition();
  private @Nullable FileChannel channel;
  private ByteArrayOutputStream queue = new ByteArrayOutputStream();
  private long appended;
  private long durable;
  private long size;
  private boolean flushing;
  private @Nullable IOException failure;

  Journal(Path file) {
    this.file = file;
  }

  /** Tells every change that an earlier journal of this place holds, oldest first. */
  void replay(Consumer<JournalRecord> listener) throws IOException {
    if (!Files.exists(file)) {
      return;
    }
    long whole = Frame.readAll(file, listener);
    if (whole < Files.size(file)) {
      keepTornTail(whole);
    }
  }

  private void keepTornTail(long from) throws IOException {
    Path kept = file.resolveSibling("journal.torn-" + System.currentTimeMillis());
    try (InputStream in = Files.newInputStream(file)) {
      in.skipNBytes(from);
      Files.copy(in, kept, REPLACE_EXISTING);
    }
    LOG.log(
        System.Logger.Level.WARNING,
        "the end of {0} is not a whole record, as when a process is killed while it writes:"
            + " dropped, with a copy in {1}",
        file,
        kept);
  }

  /**
   * Starts a new journal that begins with what {@code snapshot} tells, and puts it in the place of
   * the old one. Nothing may be appended meanwhile.
   */
  void rewrite(Consumer<Consumer<JournalRecord>> snapshot) throws IOException {
    lock.lock();
    try {
      while (flushing) {
        flushed.awaitUninterruptibly();
      }
      FileChannel next = written(snapshot);
      if (channel != null) {
        channel.close();
      }
      channel = next;
      size = next.position();
      queue = new ByteArrayOutputStream();
      durable = appended;
      flushed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private FileChannel written(Consumer<Consumer<JournalRecord>> snapshot) throws IOException {
    Path next = file.resolveSibling("journal.new");
    FileChannel out = FileChannel.open(next, CREATE, TRUNCATE_EXISTING, WRITE);
    OutputStream stream = new BufferedOutputStream(Channels.newOutputStream(out), 1 << 16);
    try {
      snapshot.accept(record -> write(stream, Frame.of(record)));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    stream.flush();
    out.force(true);
    Files.move(next, file, ATOMIC_MOVE);
    try (FileChannel directory = FileChannel.open(file.toAbsolutePath().getParent(), READ)) {
      directory.force(true);
    }
    return out;
  }

  private static void write(OutputStream stream, byte[] bytes) {
    try {
      stream.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Queues a record. */
  void append(JournalRecord record) {
    byte[] frame = Frame.of(record);
    lock.lock();
    try {
      queue.writeBytes(frame);
      appended += frame.length;
    } finally {
      lock.unlock();
    }
  }

  /** Returns when everything that was queued before is on disk. */
  void awaitDurable() throws IOException {
    lock.lock();
    try {
      long wanted = appended;
      while (durable < wanted) {
        if (failure != null) {
          throw new IOException(file + " could not be written", failure);
        }
        if (flushing) {
          flushed.awaitUninterruptibly();
        } else {
          flush();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Writes the queue, without holding the lock for as long as the disk takes. */
  private void flush() {
    byte[] batch = queue.toByteArray();
    FileChannel out = Objects.requireNonNull(channel, "the journal is not open");
    queue = new ByteArrayOutputStream();
    flushing = true;
    IOException failed = null;
    lock.unlock();
    try {
      for (ByteBuffer buffer = ByteBuffer.wrap(batch); buffer.hasRemaining(); ) {
        out.write(buffer);
      }
      out.force(false);
    } catch (IOException e) {
      failed = e;
    } finally {
      lock.lock();
      flushing = false;
      if (failed == null) {
        durable += batch.length;
        size += batch.length;
      } else {
        failure = failed;
      }
      flushed.signalAll();
    }
  }

  /** Bytes on disk. */
  long size() {
    lock.lock();
    try {
      return size;
    } finally {
      lock.unlock();
    }
  }

  /** Closes the file. What is queued and was never waited for is lost. */
  @Override
  public void close() throws IOException {
    lock.lock();
    try {
      if (channel != null) {
        channel.close();
      }
    } finally {
      lock.unlock();
    }
  }
}
