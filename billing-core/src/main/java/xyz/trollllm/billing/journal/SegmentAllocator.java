package xyz.trollllm.billing.journal;

import java.io.IOException;

/** Makes the segments of a journal. */
interface SegmentAllocator {
  /**
   * A new segment of zeros that the disk has room for.
   *
   * @throws IOException if it has not, or cannot be written; nothing is left behind then
   */
  Segment create(long number) throws IOException;
}
