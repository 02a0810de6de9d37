package xyz.trollllm.server.logging;

import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lines of which none may be lost: those the stream does not take are appended to a file. Safe for
 * use by many threads, none of which ever waits for the stream or the file.
 *
 * <p>Should the disk refuse as well, the line goes to diagnostics and is counted; the ledger still
 * knows what the request cost.
 */
public final class RecordLines implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RecordLines.class);
  private static final int MAX_WAITING = 32_768;
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

  private final LineWriter lines;
  private final LineWriter spill;
  private final Path spillFile;
  private final AtomicLong spilled = new AtomicLong();
  private final AtomicLong lost = new AtomicLong();

  public RecordLines(OutputStream stream, Path spillFile) {
    this(stream, spillFile, MAX_WAITING, CLOSE_TIMEOUT);
  }

  RecordLines(OutputStream stream, Path spillFile, int maxWaiting, Duration closeTimeout) {
    this.spillFile = spillFile;
    this.spill =
        new LineWriter(
            "request-log-spill",
            new SpillFile(spillFile),
            Integer.MAX_VALUE,
            this::lose,
            closeTimeout);
    this.lines = new LineWriter("request-log", stream, maxWaiting, this::spill, closeTimeout);
  }

  public void write(String line) {
    lines.write(line);
  }

  private void spill(String line) {
    if (spilled.getAndIncrement() == 0) {
      LOG.error(
          "Standard output does not take the request log. Records are kept in {}.", spillFile);
    }
    spill.write(line);
  }

  private void lose(String line) {
    lost.incrementAndGet();
    LOG.error(
        "A record could be written neither to standard output nor to {}: {}", spillFile, line);
  }

  /** How many lines went to the file so far. */
  public long spilled() {
    return spilled.get();
  }

  /** How many lines could not be written at all. */
  public long lost() {
    return lost.get();
  }

  @Override
  public void close() {
    lines.close();
    spill.close();
  }
}
