package xyz.trollllm.billing.journal;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Where a journal is and how it behaves.
 *
 * @param directory of this journal alone; created if need be, and must survive restarts
 * @param segmentBytes the size of each of its files, all of it taken from the disk at once
 * @param syncEvery how often what was appended is forced to the disk, which is what a loss of power
 *     can take; zero leaves it to the operating system, so that only the death of the process or of
 *     its container is survived
 */
public record JournalOptions(Path directory, int segmentBytes, Duration syncEvery) {
  /** Smaller segments would be rotated all the time. */
  public static final int SMALLEST_SEGMENT = 1 << 16;

  public JournalOptions {
    if (segmentBytes < SMALLEST_SEGMENT) {
      throw new IllegalArgumentException(
          "a segment must have at least " + SMALLEST_SEGMENT + " bytes, was " + segmentBytes);
    }
    if (syncEvery.isNegative()) {
      throw new IllegalArgumentException("cannot sync every " + syncEvery);
    }
  }
}
