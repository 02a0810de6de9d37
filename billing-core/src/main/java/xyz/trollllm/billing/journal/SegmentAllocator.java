package xyz.trollllm.billing.journal;

import java.io.IOException;
import java.nio.file.Path;

/** Makes the segments of a journal. */
interface SegmentAllocator {
  /**
   * A new segment of zeros that the disk has room for.
   *
   * @throws IOException if it has not, or cannot be written; nothing is left behind then
   */
  Segment create(long number) throws IOException;

  /**
   * The same, from the file of a segment that nobody needs any more; takes no room on the disk.
   *
   * @throws IOException if it cannot be written; nothing is left behind then
   */
  Segment reuse(Path free, long number) throws IOException;
}
