package xyz.trollllm.config;

import java.nio.file.Path;

/**
 * Where an instance keeps its journal of open requests.
 *
 * @param directory of this instance alone; it must survive restarts
 * @param sync what of it is forced to the disk
 * @param segmentBytes the size of each of its files
 */
public record JournalConfig(Path directory, Sync sync, int segmentBytes) {
  static final int DEFAULT_SEGMENT_BYTES = 8 << 20;

  /** What the journal survives. */
  public enum Sync {
    /** The death of the process: what was written is left to the operating system. */
    NONE,
    /** A loss of power as well, but for the last moments: it is forced to the disk in groups. */
    GROUP
  }

  /** What an instance has whose file says nothing of a journal. */
  public static JournalConfig of(String instance) {
    return new JournalConfig(
        Path.of(".gateway", "journal", instance), Sync.NONE, DEFAULT_SEGMENT_BYTES);
  }
}
