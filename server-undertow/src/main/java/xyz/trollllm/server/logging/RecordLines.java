package xyz.trollllm.server.logging;

import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lines of which none should be lost: those the stream does not take are appended to a file, up to
 * a size. Safe for use by many threads, none of which ever waits for the stream or the file.
 *
 * <p>The journal needs the disk more than these lines do. Once the file is as large as it may be,
 * or the disk refuses, lines are counted as lost, which the diagnostics tell once a minute at most;
 * the ledger still knows what the requests cost.
 */
public final class RecordLines implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RecordLines.class);

  /** How large the file may become where nobody says otherwise: some 300,000 lines. */
  public static final long MAX_SPILL_BYTES = 256L << 20;

  private static final int MAX_WAITING = 32_768;
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

  private final LineWriter lines;
  private final LineWriter spill;
  private final Path spillFile;
  private final AtomicLong spilled = new AtomicLong();
  private final LostLines lost;

  /**
   * @param maxSpillBytes how large the file may become, over all starts
   */
  public RecordLines(OutputStream stream, Path spillFile, long maxSpillBytes) {
    this(
        stream,
        new SpillFile(spillFile, maxSpillBytes),
        spillFile,
        new LostLines(spillFile, System::nanoTime),
        MAX_WAITING,
        CLOSE_TIMEOUT);
  }

  RecordLines(
      OutputStream stream,
      SpillFile file,
      Path spillFile,
      LostLines lost,
      int maxWaiting,
      Duration closeTimeout) {
    this.spillFile = spillFile;
    this.lost = lost;
    this.spill =
        new LineWriter("request-log-spill", file, Integer.MAX_VALUE, _ -> lost.add(), closeTimeout);
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

  /** How many lines the stream did not take so far. */
  public long spilled() {
    return spilled.get();
  }

  /** How many lines could not be written at all. */
  public long lost() {
    return lost.count();
  }

  @Override
  public void close() {
    lines.close();
    spill.close();
    lost.tellRest();
  }
}
