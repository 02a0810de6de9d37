package xyz.trollllm.billing.journal;

import static java.lang.System.Logger.Level.WARNING;

import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.Hold;
import xyz.trollllm.billing.Settlement;

/**
 * The open requests of this process, written down so that the next one can settle them.
 *
 * <p>Safe for use by many threads; no method but {@link #open} and {@link #close} blocks or asks
 * the operating system for anything. The last record of each open request is in memory as well: it
 * is written again when the segment it stands in is to go, or when there was none to write it to.
 */
public final class RequestJournal implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(RequestJournal.class.getName());

  private final DirectoryLock lock;
  private final UUID instanceId;
  private final Clock clock;
  private final int segmentBytes;
  private final AtomicLong numbers;
  private final Map<String, Entry> open = new ConcurrentHashMap<>();
  private final Queue<JournalRecord> unwrittenEnds = new ConcurrentLinkedQueue<>();
  private final List<OpenRequest> found;
  private final JournalKeeper keeper;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** The last record of an open request, and where it stands. */
  static final class Entry {
    private final AtomicReference<@Nullable Written> last = new AtomicReference<>();
    private volatile @Nullable Settlement settlement;

    @Nullable Written last() {
      return last.get();
    }
  }

  /**
   * A record that was written.
   *
   * @param segment where it stands; null if there was no room for it anywhere
   */
  record Written(JournalRecord record, @Nullable Segment segment) {}

  private RequestJournal(
      DirectoryLock lock,
      UUID instanceId,
      Clock clock,
      JournalOptions options,
      JournalReader before,
      SegmentAllocator segments)
      throws IOException {
    this.lock = lock;
    this.instanceId = instanceId;
    this.clock = clock;
    this.segmentBytes = options.segmentBytes();
    this.numbers = new AtomicLong(before.highestNumber());
    this.found = before.openRecords().stream().map(JournalRecord::open).toList();
    long newest = before.segments().isEmpty() ? 0 : before.segments().getLast().number();
    this.keeper = new JournalKeeper(options, segments, newest + 1, this);
    for (JournalRecord record : before.openRecords()) {
      write(open.computeIfAbsent(record.requestId(), _ -> new Entry()), record);
      keeper.haveSpare();
    }
    keeper.replace(before.segments(), before.isWhole());
  }

  /**
   * Opens the journal in a directory and reads what the process before left open.
   *
   * @throws JournalException if another process uses the directory, or it cannot be used
   */
  public static RequestJournal open(JournalOptions options) {
    return open(options, Clock.systemUTC(), SegmentFiles.of(options));
  }

  static RequestJournal open(JournalOptions options, Clock clock, SegmentAllocator segments) {
    try {
      SegmentFiles.createDirectory(options.directory(), DirectorySync.of(options));
      DirectoryLock lock = DirectoryLock.acquire(options.directory());
      try {
        JournalReader before = JournalReader.read(options.directory());
        FreeFiles.delete(options.directory(), before.segments());
        warnOf(options, before);
        UUID id = InstanceId.of(options.directory());
        return new RequestJournal(lock, id, clock, options, before, segments);
      } catch (IOException | RuntimeException e) {
        lock.close();
        throw e;
      }
    } catch (DirectoryLock.DirectoryInUseException e) {
      throw new JournalException(
          options.directory()
              + " is the journal of a running instance; every instance needs a directory of its own",
          e);
    } catch (IOException e) {
      throw new JournalException("cannot use " + options.directory() + " for a journal: " + e, e);
    }
  }

  private static void warnOf(JournalOptions options, JournalReader before) {
    if (before.damaged() > 0) {
      LOG.log(
          WARNING,
          "{0} record(s) of the journal in {1} are not whole: left out, and kept in *.damaged",
          before.damaged(),
          options.directory());
    }
    if (before.unreadable() > 0) {
      LOG.log(
          System.Logger.Level.ERROR,
          "{0} record(s) of the journal in {1} are of an unknown kind, as of a newer version: left"
              + " out, and kept in *.damaged",
          before.unreadable(),
          options.directory());
    }
  }

  /** The id of this instance, the same for as long as its directory lives. */
  public UUID instanceId() {
    return instanceId;
  }

  /** What was open when this journal was opened. */
  public List<OpenRequest> found() {
    return found;
  }

  /** How many requests are open now. */
  public int openRequests() {
    return open.size();
  }

  /**
   * Whether everything is written down. If not, requests in flight go on, and what is known of them
   * stays in memory until it can be written; new ones should be refused.
   */
  public boolean isHealthy() {
    return keeper.isHealthy();
  }

  /** Notes that credit is about to be held; false if the request was open already. */
  boolean start(Hold hold) {
    Entry entry = new Entry();
    if (open.putIfAbsent(hold.requestId(), entry) != null) {
      return false;
    }
    write(entry, JournalRecord.start(numbers.incrementAndGet(), clock.instant(), hold));
    return true;
  }

  /** Notes how an open request would be settled if it ended now. */
  void progress(RecordKind kind, Settlement settlement) {
    Entry entry = open.get(settlement.hold().requestId());
    if (entry != null) {
      write(entry, kind, settlement);
      entry.settlement = kind == RecordKind.FINAL ? settlement : null;
    }
  }

  /** Notes how a request is about to be settled. */
  void settling(Settlement settlement) {
    Entry entry = open.computeIfAbsent(settlement.hold().requestId(), _ -> new Entry());
    if (!settlement.equals(entry.settlement)) { // else it was written just before
      write(entry, RecordKind.FINAL, settlement);
    }
  }

  /** Notes that nothing more will become of a request. */
  void end(String requestId) {
    if (open.remove(requestId) != null) {
      end(JournalRecord.end(numbers.incrementAndGet(), clock.instant(), requestId));
    }
  }

  private void write(Entry entry, RecordKind kind, Settlement settlement) {
    write(entry, JournalRecord.of(kind, numbers.incrementAndGet(), clock.instant(), settlement));
  }

  private void write(Entry entry, JournalRecord record) {
    if (Segment.sizeOf(record.payload()) > segmentBytes) {
      keeper.tooLarge(record);
      return;
    }
    Segment segment = enterFor(record);
    entry.last.set(new Written(record, segment));
    leave(segment);
  }

  private void end(JournalRecord record) {
    Segment segment = enterFor(record);
    if (segment == null) {
      unwrittenEnds.add(record);
    }
    leave(segment);
  }

  private void leave(@Nullable Segment segment) {
    if (segment == null) {
      keeper.missed();
    } else {
      segment.leave();
    }
  }

  /** Writes a record; returns its segment, still entered, or null if there is no room. */
  private @Nullable Segment enterFor(JournalRecord record) {
    while (!keeper.isClosed()) {
      Segment segment = keeper.current();
      if (segment.enter()) {
        if (appends(segment, record)) {
          return segment;
        }
        segment.leave();
        if (!segment.isFull() || !keeper.advance(segment)) {
          return null;
        }
      }
    }
    return null;
  }

  /** A page that cannot be had is no room, and no reason for a request not to be settled. */
  private boolean appends(Segment segment, JournalRecord record) {
    try {
      return segment.append(record.payload());
    } catch (InternalError e) { // this is how a fault of a mapped page shows
      keeper.fail(e);
      return false;
    }
  }

  Map<String, Entry> entries() {
    return open;
  }

  /** Writes the ends for which there was no room. */
  void writeEnds() {
    for (int ends = unwrittenEnds.size(); ends > 0; ends--) {
      end(Objects.requireNonNull(unwrittenEnds.poll()));
    }
  }

  /** Writes the last record of a request again, unless there is a later one by now. */
  void writeAgain(String requestId, Entry entry, Written last) {
    Segment segment = enterFor(last.record());
    if (segment != null) {
      entry.last.compareAndSet(last, new Written(last.record(), segment));
    }
    leave(segment);
    if (open.get(requestId) != entry) { // it ended meanwhile, perhaps before this copy
      end(JournalRecord.end(numbers.incrementAndGet(), clock.instant(), requestId));
    }
  }

  /** Stops writing. What is open stays open for the next process. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    keeper.close();
    try {
      lock.close();
    } catch (IOException e) {
      throw new JournalException("the journal was not closed cleanly", e);
    }
  }
}
