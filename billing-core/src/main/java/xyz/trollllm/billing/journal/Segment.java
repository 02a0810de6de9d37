package xyz.trollllm.billing.journal;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;

/**
 * One file of a journal, mapped into memory. Any number of threads append at once, without a lock
 * and without asking the operating system for anything: what was stored in a mapped page survives
 * the process, however that ends.
 *
 * <p>A record begins at a multiple of {@value #ALIGNMENT} with a head of {@value #HEAD} bytes, big
 * end first: {@link #MAGIC}, the payload's length, its CRC-32C, and {@link #stamp where} it stands.
 * The room of a record is taken first and its head written last. So a process that dies in between
 * leaves a gap, which readers skip, and bytes inside of a record are never taken for another.
 */
final class Segment implements AutoCloseable {
  static final int ALIGNMENT = 16;
  static final int HEAD = 16;

  /** The last digit is the version of the format. */
  static final int MAGIC = 0x544c4a31;

  private static final long SPREAD = 0x9e3779b1L;

  /** Undoes the multiplication by the former, in 32 bits. */
  private static final long UNSPREAD =
      BigInteger.valueOf(SPREAD).modInverse(BigInteger.ONE.shiftLeft(Integer.SIZE)).longValue();

  private static final ValueLayout.OfLong LONG = JAVA_LONG.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfInt INT = JAVA_INT.withOrder(ByteOrder.BIG_ENDIAN);
  private static final VarHandle FIRST = LONG.varHandle();

  /** Far below zero, so that whoever still tries to enter does not lift it above. */
  private static final int RETIRED = Integer.MIN_VALUE / 2;

  private final long number;
  private final Path file;
  private final Arena arena;
  private final MemorySegment memory;
  private final AtomicLong tail = new AtomicLong();
  private final AtomicInteger writers = new AtomicInteger();
  private volatile boolean dirty;

  /** A segment of zeros; {@code arena} belongs to it. */
  Segment(long number, Path file, Arena arena, MemorySegment memory) {
    this.number = number;
    this.file = file;
    this.arena = arena;
    this.memory = memory;
  }

  long number() {
    return number;
  }

  Path file() {
    return file;
  }

  static long sizeOf(byte[] payload) {
    return aligned(HEAD + (long) payload.length);
  }

  static long aligned(long size) {
    return (size + ALIGNMENT - 1) & -ALIGNMENT;
  }

  /** Says where a record stands, in a segment of this number at this place. */
  static int stamp(long number, long position) {
    return (int) (number * SPREAD + position / ALIGNMENT + 1);
  }

  /** The number of the segment in which a record of this stamp stands at {@code position}. */
  static long numberOf(int stamp, long position) {
    return Integer.toUnsignedLong((int) ((stamp - position / ALIGNMENT - 1) * UNSPREAD));
  }

  static int checksum(byte[] bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, length);
    return (int) crc.getValue();
  }

  /** Keeps this segment from being retired until {@link #leave}; false if it was before. */
  boolean enter() {
    if (writers.incrementAndGet() > 0) {
      return true;
    }
    writers.decrementAndGet();
    return false;
  }

  void leave() {
    writers.decrementAndGet();
  }

  /** Lets nobody enter any more; false if somebody is inside. */
  boolean retire() {
    return writers.get() < 0 || writers.compareAndSet(0, RETIRED);
  }

  /** Writes a record unless there is no room left. Only between {@link #enter} and leave. */
  boolean append(byte[] payload) {
    long size = sizeOf(payload);
    long at = tail.getAndAdd(size);
    if (at + size > memory.byteSize()) {
      return false;
    }
    MemorySegment.copy(payload, 0, memory, JAVA_BYTE, at + HEAD, payload.length);
    memory.set(INT, at + 8, checksum(payload, 0, payload.length));
    memory.set(INT, at + 12, stamp(number, at));
    FIRST.setRelease(memory, at, (long) MAGIC << 32 | payload.length);
    dirty = true;
    return true;
  }

  /** How many bytes are left. */
  long room() {
    return Math.max(0, memory.byteSize() - tail.get());
  }

  /** Whether a record was turned away. */
  boolean isFull() {
    return tail.get() > memory.byteSize();
  }

  /** Forces everything that was appended to the disk. */
  void force() {
    if (dirty) {
      dirty = false;
      memory.asSlice(0, Math.min(tail.get(), memory.byteSize())).force();
    }
  }

  /** Unmaps the file. Nobody may be inside. */
  @Override
  public void close() {
    arena.close();
  }
}
