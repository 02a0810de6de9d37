package xyz.trollllm.billing.journal;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.INFO;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the segments of a journal on a thread of its own: has the next one ready before the current
 * one is full, gives up old ones, and forces what was written to the disk if that is wanted.
 */
final class JournalKeeper implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(RequestJournal.class.getName());

  /** Segments that stay although newer ones are full, as what is in them is still wanted. */
  private static final int USUAL_SEGMENTS = 4;

  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

  private final SegmentAllocator allocator;
  private final RequestJournal journal;
  private final int segmentBytes;
  private final Duration syncEvery;
  private final Path directory;
  private final DirectorySync sync;
  private final AtomicReference<Segment> current;
  private final AtomicReference<@Nullable Segment> spare = new AtomicReference<>();

  /** All that exist, oldest first; of the keeper's thread. */
  private final Deque<Segment> segments = new ArrayDeque<>();

  /** The file of a segment that nobody needs any more, kept for the next one; of that thread. */
  private @Nullable Path free;

  private final Thread thread;
  private volatile @Nullable String failure;

  /** How often a record was not written, and how many of these cases are made good. */
  private final AtomicLong missed = new AtomicLong();

  private volatile long madeGood;
  private volatile boolean stopping;
  private volatile boolean closed;

  JournalKeeper(
      JournalOptions options, SegmentAllocator allocator, long firstNumber, RequestJournal journal)
      throws IOException {
    this.allocator = allocator;
    this.journal = journal;
    this.segmentBytes = options.segmentBytes();
    this.syncEvery = options.syncEvery();
    this.directory = options.directory();
    this.sync = DirectorySync.of(options);
    Segment first = allocator.create(firstNumber);
    this.current = new AtomicReference<>(first);
    segments.add(first);
    haveSpare();
    this.thread = Thread.ofPlatform().daemon().name("journal").unstarted(this::run);
  }

  /**
   * Gives up the segments of the process before, whose open records stand in new ones.
   *
   * @param whole whether all of them could be read; else they are kept for whoever looks into it
   */
  void replace(List<SegmentFiles.Existing> old, boolean whole) throws IOException {
    segments.forEach(Segment::force);
    for (SegmentFiles.Existing segment : old) {
      if (whole) {
        SegmentFiles.delete(segment.file());
      } else {
        SegmentFiles.putAside(segment.file());
      }
    }
    thread.start();
  }

  Segment current() {
    return current.get();
  }

  boolean isHealthy() {
    return failure == null && !isBehind();
  }

  private boolean isBehind() {
    return missed.get() != madeGood;
  }

  boolean isClosed() {
    return closed;
  }

  /** A record was not written; if it still is the last of its request, it will be. */
  void missed() {
    missed.incrementAndGet();
    LockSupport.unpark(thread);
  }

  /** Makes the next segment the current one in place of {@code full}; false if there is none. */
  boolean advance(Segment full) {
    Segment now = current.get();
    Segment next = spare.get();
    if (now != full) {
      return true;
    }
    if (next == null || next == full) {
      return false;
    }
    if (current.compareAndSet(full, next)) {
      spare.compareAndSet(next, null);
      LockSupport.unpark(thread);
    }
    return true;
  }

  void tooLarge(JournalRecord record) {
    LOG.log(
        ERROR,
        "a record of {0} bytes of request {1} does not fit in a segment of the journal: left out",
        record.payload().length,
        record.requestId());
  }

  private void run() {
    while (!stopping) {
      attempt();
      LockSupport.parkNanos(this, pause().toNanos());
    }
    do {
      attempt(); // every time there is room for some more
    } while (isBehind() && failure == null && !closed);
  }

  private void attempt() {
    try {
      keep();
    } catch (RuntimeException | InternalError e) { // the latter is how a mapped page fails
      fail(e);
    }
  }

  private Duration pause() {
    return syncEvery.isPositive() && syncEvery.compareTo(RETRY) < 0 ? syncEvery : RETRY;
  }

  private void keep() {
    try {
      giveUpOldOnes();
      haveSpare();
      if (isBehind()) {
        writeWhatWasNot();
        haveSpare();
      }
      if (failure != null && !isBehind()) {
        failure = null;
        LOG.log(INFO, "the journal is written again");
      }
    } catch (IOException e) {
      fail(e);
    }
    if (syncEvery.isPositive()) {
      segments.forEach(Segment::force);
    }
  }

  /** Makes sure that another segment is ready: of an old one's file, else of a new one. */
  void haveSpare() throws IOException {
    if (spare.get() == null) {
      Segment next = nextSegment(segments.getLast().number() + 1);
      segments.add(next);
      spare.set(next);
    }
  }

  private Segment nextSegment(long number) throws IOException {
    if (free == null) {
      try {
        return allocator.create(number);
      } catch (IOException e) {
        if (!emptyOldest()) {
          throw e;
        }
      }
    }
    Path file = Objects.requireNonNull(free);
    free = null;
    return allocator.reuse(file, number);
  }

  /** Has what is open in the oldest written again, where that leaves room; whether it is free. */
  private boolean emptyOldest() throws IOException {
    Segment oldest = segments.getFirst();
    if (oldest.number() < current.get().number()
        && bytesIn(oldest) < current.get().room() / 2
        && oldest.retire()) {
      writeAgain(oldest);
      giveUpOldOnes();
    }
    return free != null;
  }

  void fail(Throwable reason) {
    if (failure == null) {
      LOG.log(
          ERROR,
          "the journal cannot be written; requests in flight go on, but would be lost with this"
              + " process",
          reason);
    }
    failure = String.valueOf(reason);
  }

  private void writeWhatWasNot() {
    if (current.get().isFull()) {
      advance(current.get());
    }
    long cases = missed.get();
    writeAgain(null);
    journal.writeEnds();
    madeGood = cases; // those that came up meanwhile are for the next time
  }

  private void giveUpOldOnes() throws IOException {
    while (segments.getFirst().number() < current.get().number()) {
      Segment oldest = segments.getFirst();
      if (!oldest.retire() || isSomethingUnwritten()) {
        return; // somebody is about to leave it, or has found no room for a newer record
      }
      if (bytesIn(oldest) > 0) {
        if (segments.size() <= mostSegments()) {
          return;
        }
        writeAgain(oldest);
        if (bytesIn(oldest) > 0) {
          return; // there was no room for all
        }
      }
      if (isSomethingUnwritten()) {
        return; // it may have stood here until just now, and nowhere else
      }
      if (syncEvery.isPositive()) {
        segments.forEach(Segment::force); // the copies, before the originals are gone
      }
      segments.removeFirst();
      oldest.close();
      if (free == null) {
        free = FreeFiles.free(oldest.file());
      } else {
        SegmentFiles.delete(oldest.file());
      }
      sync.force(directory); // else it could come back without the ones after it
    }
  }

  /** Whether of any open request the last record stands nowhere, so that an older one counts. */
  private boolean isSomethingUnwritten() {
    for (RequestJournal.Entry entry : journal.entries().values()) {
      RequestJournal.Written last = entry.last();
      if (last != null && last.segment() == null) {
        return true;
      }
    }
    return false;
  }

  /** As many as usual, and more only if open requests fill half of them. */
  private long mostSegments() {
    return USUAL_SEGMENTS + 2 * (bytesIn(null) / segmentBytes);
  }

  /** What open requests have in a segment, or in all. */
  private long bytesIn(@Nullable Segment segment) {
    long bytes = 0;
    for (RequestJournal.Entry entry : journal.entries().values()) {
      RequestJournal.Written last = entry.last();
      if (last != null && (segment == null || last.segment() == segment)) {
        bytes += Segment.sizeOf(last.record().payload());
      }
    }
    return bytes;
  }

  /** Writes again what stands in a segment, or what stands nowhere. */
  private void writeAgain(@Nullable Segment from) {
    long before = missed.get();
    for (Map.Entry<String, RequestJournal.Entry> each : journal.entries().entrySet()) {
      RequestJournal.Written last = each.getValue().last();
      if (last != null && last.segment() == from) {
        journal.writeAgain(each.getKey(), each.getValue(), last);
        if (missed.get() != before) {
          return; // there is no more room
        }
      }
    }
  }

  /** Waits for the thread, then lets go of the files. */
  @Override
  public void close() {
    stopping = true;
    LockSupport.unpark(thread);
    try {
      if (!thread.join(CLOSE_TIMEOUT)) {
        return; // the disk hangs; what is mapped goes with the process
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return;
    } finally {
      closed = true;
    }
    for (Segment segment : segments) {
      if (segment.retire()) {
        segment.force();
        segment.close();
      }
    }
  }
}
