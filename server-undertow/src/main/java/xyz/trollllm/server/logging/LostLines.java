package xyz.trollllm.server.logging;

import java.nio.file.Path;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts lines that could not be kept, and says so now and then: a line of diagnostics for each
 * would fill the disk as the lines themselves would have. Safe for use by many threads.
 */
final class LostLines {
  private static final Logger LOG = LoggerFactory.getLogger(LostLines.class);
  private static final long PAUSE_NANOS = Duration.ofMinutes(1).toNanos();

  private final Path spillFile;
  private final LongSupplier nanoTime;
  private long lost;
  private long told;
  private long toldAt;

  /**
   * @param nanoTime as {@link System#nanoTime}
   */
  LostLines(Path spillFile, LongSupplier nanoTime) {
    this.spillFile = spillFile;
    this.nanoTime = nanoTime;
  }

  synchronized void add() {
    lost++;
    if (told == 0 || nanoTime.getAsLong() - toldAt >= PAUSE_NANOS) {
      tell();
    }
  }

  /** Says what was not said yet. */
  synchronized void tellRest() {
    if (lost > told) {
      tell();
    }
  }

  private void tell() {
    told = lost;
    toldAt = nanoTime.getAsLong();
    LOG.error(
        "{} line(s) of the request log are lost so far: standard output does not take them, and {}"
            + " is full or cannot be written.",
        lost,
        spillFile);
  }

  synchronized long count() {
    return lost;
  }
}
