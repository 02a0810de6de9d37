package xyz.trollllm.billing.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.trollllm.billing.Hold;
import xyz.trollllm.billing.Settlement;
import xyz.trollllm.billing.mongo.Eventually;

final class RequestJournalTest {
  private static final int SEGMENT = JournalOptions.SMALLEST_SEGMENT;

  @TempDir Path folder;

  private final SomeRequests some = new SomeRequests(1);

  private Path directory() {
    return folder.resolve("journal");
  }

  private JournalOptions options() {
    return new JournalOptions(directory(), SEGMENT, Duration.ZERO);
  }

  private RequestJournal open() {
    return RequestJournal.open(options());
  }

  private Map<String, OpenRequest> found() {
    try (RequestJournal journal = open()) {
      return journal.found().stream()
          .collect(Collectors.toMap(OpenRequest::requestId, request -> request));
    }
  }

  private static OpenRequest of(Map<String, OpenRequest> found, String requestId) {
    return Objects.requireNonNull(found.get(requestId), requestId);
  }

  /** The last records are these and no others. */
  private void assertAreFound(Map<String, Settlement> last) {
    Map<String, OpenRequest> found = found();
    assertThat(found).containsOnlyKeys(last.keySet());
    last.forEach((id, settlement) -> assertThat(of(found, id).settlement()).contains(settlement));
  }

  @Test
  void lastRecordOfEveryOpenRequestIsFound() {
    Hold started = some.hold();
    Hold sent = some.hold();
    Hold served = some.hold();
    Hold ended = some.hold();
    Settlement soFar = some.settlement(served);
    Settlement last = some.settlement(ended);
    try (RequestJournal journal = open()) {
      for (Hold hold : List.of(started, sent, served, ended)) {
        journal.start(hold);
      }
      for (Hold hold : List.of(sent, served, ended)) {
        journal.progress(RecordKind.SENT, SomeRequests.nothing(hold));
      }
      journal.progress(RecordKind.PROGRESS, some.settlement(served));
      journal.progress(RecordKind.PROGRESS, soFar);
      journal.settling(last);
    }

    Map<String, OpenRequest> found = found();

    assertThat(found).hasSize(4);
    assertThat(found.get(started.requestId())).extracting("kind").isEqualTo(RecordKind.START);
    assertThat(found.get(sent.requestId())).extracting("kind").isEqualTo(RecordKind.SENT);
    assertThat(of(found, served.requestId()).settlement()).contains(soFar);
    assertThat(of(found, ended.requestId()).settlement()).contains(last);
    assertThat(of(found, ended.requestId()).kind()).isEqualTo(RecordKind.FINAL);
  }

  @Test
  void endedRequestsAreNotFound() {
    try (RequestJournal journal = open()) {
      Hold refused = some.hold();
      Hold settled = some.hold();
      journal.start(refused);
      journal.start(settled);
      journal.settling(some.settlement(settled));
      journal.end(refused.requestId());
      journal.end(settled.requestId());
      journal.progress(RecordKind.PROGRESS, some.settlement(settled)); // too late

      assertThat(journal.openRequests()).isZero();
    }

    assertThat(found()).isEmpty();
  }

  @Test
  void whatIsFoundIsFoundAgainUntilItEnds() {
    Hold hold = some.hold();
    try (RequestJournal journal = open()) {
      journal.start(hold);
    }
    for (int i = 0; i < 3; i++) {
      assertThat(found()).containsOnlyKeys(hold.requestId());
    }
    try (RequestJournal journal = open()) {
      journal.end(hold.requestId());
    }

    assertThat(found()).isEmpty();
  }

  @Test
  void openRequestIsNotStartedAgain() {
    Hold hold = some.hold();
    try (RequestJournal journal = open()) {
      assertThat(journal.start(hold)).isTrue();
      journal.settling(some.settlement(hold));

      assertThat(journal.start(hold)).isFalse();
    }

    assertThat(of(found(), hold.requestId()).kind()).isEqualTo(RecordKind.FINAL);
  }

  @Test
  void readerSeesTheRequestsOfARunningProcess() throws IOException {
    try (RequestJournal journal = open()) {
      Hold hold = some.hold();
      journal.start(hold);

      assertThat(JournalReader.contents(directory()).open())
          .extracting(OpenRequest::hold)
          .containsExactly(hold);
    }
  }

  @Test
  void directoryHasOneOwnerAndOneId() {
    UUID id;
    try (RequestJournal journal = open()) {
      id = journal.instanceId();
      assertThatThrownBy(this::open)
          .isInstanceOf(JournalException.class)
          .hasMessage(
              directory()
                  + " is the journal of a running instance; every instance needs a directory of"
                  + " its own");
    }
    try (RequestJournal again = open()) {
      assertThat(again.instanceId()).isEqualTo(id);
    }
  }

  @Test
  void refusalInTheSameProcessDoesNotLoseTheLock() throws Exception {
    try (RequestJournal _ = open()) {
      assertThatThrownBy(this::open).isInstanceOf(JournalException.class);

      Process other = startHolder();
      try {
        assertThat(other.inputReader().readLine()).isNull();
        assertThat(other.waitFor()).isNotZero();
      } finally {
        other.destroyForcibly().waitFor();
      }
    }
  }

  private Process startHolder() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            JournalHolder.class.getName(),
            directory().toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  @Test
  void otherProcessIsRefused() throws Exception {
    Process holder = startHolder();
    try {
      assertThat(holder.inputReader().readLine()).isEqualTo("open");

      assertThatThrownBy(this::open).hasMessageContaining(directory().toString());
    } finally {
      holder.destroyForcibly().waitFor();
    }

    assertThat(found()).hasSize(1); // what it had written when it was killed
  }

  @Test
  void directoryThatCannotBeUsedIsNamed() throws IOException {
    Files.createFile(directory());

    assertThatThrownBy(this::open)
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("cannot use " + directory());
  }

  @Test
  void nobodyElseMayReadIt() throws IOException {
    try (RequestJournal _ = open();
        var files = Files.list(directory())) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory())))
          .isEqualTo("rwx------");
      for (Path file : files.filter(f -> f.toString().endsWith(".journal")).toList()) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
            .isEqualTo("rw-------");
      }
    }
  }

  @Test
  void itsFilesAreFewHoweverMuchIsWritten() {
    Hold old = some.hold();
    Settlement soFar = some.settlement(old);
    try (RequestJournal journal = open()) {
      journal.start(old);
      journal.progress(RecordKind.PROGRESS, soFar);
      for (int i = 0; i < 4_000; i++) {
        serve(journal, some.hold());
        awaitHealth(journal);
      }
      Eventually.holds(() -> segments() <= 5);
      assertThat(highestSegment()).isGreaterThan(20);
    }

    assertThat(found()).containsOnlyKeys(old.requestId());
    assertThat(of(found(), old.requestId()).settlement()).contains(soFar);
  }

  private void serve(RequestJournal journal, Hold hold) {
    Settlement settlement = some.settlement(hold);
    journal.start(hold);
    journal.progress(RecordKind.PROGRESS, settlement);
    journal.settling(settlement);
    journal.end(hold.requestId());
  }

  private static void awaitHealth(RequestJournal journal) {
    if (!journal.isHealthy()) { // faster than the disk
      Eventually.holds(journal::isHealthy);
    }
  }

  private int segments() {
    return existing().size();
  }

  private long highestSegment() {
    return existing().getLast().number();
  }

  private List<SegmentFiles.Existing> existing() {
    try {
      return SegmentFiles.list(directory());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void moreOpenRequestsThanASegmentHoldsAreAllKept() {
    Map<String, Settlement> last = new HashMap<>();
    try (RequestJournal journal = open()) {
      for (int i = 0; i < 1_000; i++) {
        Hold hold = some.hold();
        Settlement settlement = some.settlement(hold);
        last.put(hold.requestId(), settlement);
        journal.start(hold);
        journal.progress(RecordKind.PROGRESS, settlement);
        awaitHealth(journal);
      }
      for (int i = 0; i < 2_000; i++) {
        serve(journal, some.hold());
        awaitHealth(journal);
      }
    }

    assertAreFound(last);
  }

  @RepeatedTest(5)
  void sixteenThreadsLoseNothing() throws Exception {
    int threads = 16;
    Map<String, Settlement> open = new HashMap<>();
    try (RequestJournal journal = open();
        ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      List<Callable<Map<String, Settlement>>> work = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        SomeRequests own = new SomeRequests(thread);
        work.add(() -> {
          Map<String, Settlement> left = new HashMap<>();
          for (int i = 0; i < 300; i++) {
            Hold hold = own.hold();
            Settlement settlement = own.settlement(hold);
            journal.start(hold);
            journal.progress(RecordKind.SENT, SomeRequests.nothing(hold));
            journal.progress(RecordKind.PROGRESS, settlement);
            if (i % 10 == 0) {
              left.put(hold.requestId(), settlement);
            } else {
              journal.end(hold.requestId());
            }
          }
          return left;
        });
      }
      for (Future<Map<String, Settlement>> left : executor.invokeAll(work)) {
        open.putAll(left.get());
      }
      Eventually.holds(journal::isHealthy);
    }

    assertAreFound(open);
  }

  @Test
  void fullDiskIsToldAndMadeGoodWhenThereIsRoomAgain() {
    AtomicBoolean full = new AtomicBoolean();
    Map<String, Settlement> last = new HashMap<>();
    try (RequestJournal journal =
        RequestJournal.open(options(), Clock.systemUTC(), diskThatIs(full))) {
      assertThat(journal.isHealthy()).isTrue();
      full.set(true);
      for (int i = 0; i < 1_000; i++) {
        Hold hold = some.hold();
        Settlement settlement = some.settlement(hold);
        last.put(hold.requestId(), settlement);
        journal.start(hold);
        journal.progress(RecordKind.PROGRESS, settlement);
      }
      Eventually.holds(() -> !journal.isHealthy());

      full.set(false);
      Eventually.holds(journal::isHealthy);
    }

    assertAreFound(last);
  }

  /** The disk takes no new file once this says so. */
  private SegmentAllocator diskThatIs(AtomicBoolean full) {
    SegmentFiles files = SegmentFiles.of(options());
    return new SegmentAllocator() {
      @Override
      public Segment create(long number) throws IOException {
        if (full.get()) {
          throw new IOException("No space left on device");
        }
        return files.create(number);
      }

      @Override
      public Segment reuse(Path free, long number) throws IOException {
        return files.reuse(free, number);
      }
    };
  }

  @Test
  void fullDiskIsNoTroubleWhileRequestsEnd() {
    AtomicBoolean full = new AtomicBoolean();
    Hold last = some.hold();
    try (RequestJournal journal =
        RequestJournal.open(options(), Clock.systemUTC(), diskThatIs(full))) {
      for (int i = 0; i < 400; i++) {
        serve(journal, some.hold());
        awaitHealth(journal);
      }
      full.set(true);
      long before = highestSegment();
      for (int i = 0; i < 2_000; i++) {
        serve(journal, some.hold());
        awaitHealth(journal);
      }
      journal.start(last);
      assertThat(highestSegment()).isGreaterThan(before + 5);
    }

    assertThat(found()).containsOnlyKeys(last.requestId());
  }

  @Test
  void fullDiskHealsOnceWhatFilledTheFilesHasEnded() {
    AtomicBoolean full = new AtomicBoolean();
    List<Hold> open = new ArrayList<>();
    try (RequestJournal journal =
        RequestJournal.open(options(), Clock.systemUTC(), diskThatIs(full))) {
      full.set(true);
      for (int i = 0; i < 1_000; i++) {
        Hold hold = some.hold();
        open.add(hold);
        journal.start(hold);
        journal.progress(RecordKind.PROGRESS, some.settlement(hold));
      }
      Eventually.holds(() -> !journal.isHealthy());

      open.forEach(hold -> journal.end(hold.requestId()));

      Eventually.holds(journal::isHealthy);
      Hold last = some.hold();
      journal.start(last);
      assertThat(journal.openRequests()).isEqualTo(1);
      journal.end(last.requestId());
    }

    assertThat(found()).isEmpty();
  }

  @Test
  void fileThatWasKeptForReuseIsForgotten() throws IOException {
    try (RequestJournal journal = open()) {
      journal.start(some.hold());
    }
    Files.write(directory().resolve("0000000007.journal.free"), new byte[100]);

    try (RequestJournal _ = open()) {
      assertThat(directory().resolve("0000000007.journal.free")).doesNotExist();
    }
  }

  @Test
  void whatAFreedFileHeldIsNotReadAgain() throws IOException {
    try (RequestJournal journal = open()) {
      journal.start(some.hold());
    }
    List<SegmentFiles.Existing> left = existing();
    for (SegmentFiles.Existing segment : left) {
      FreeFiles.free(segment.file());
    }

    assertThat(JournalReader.contents(directory()).open()).isEmpty();
    assertThat(found()).isEmpty();
    assertThat(left.getFirst().file().resolveSibling("0000000001.journal.free")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0000000000.journal.free", "0000000099.journal.free"})
  void segmentWhoseNameWasLostWithThePowerIsReadAll(String nameBefore) throws IOException {
    Hold hold = some.hold();
    Settlement settlement = some.settlement(hold);
    try (RequestJournal journal = open()) {
      journal.start(hold);
      journal.progress(RecordKind.PROGRESS, settlement);
    }
    Path before = directory().resolve(nameBefore);
    Files.move(existing().getFirst().file(), before);

    assertThat(JournalReader.contents(directory()).damaged()).isZero();
    assertAreFound(Map.of(hold.requestId(), settlement));
    assertThat(before).doesNotExist();
    assertAreFound(Map.of(hold.requestId(), settlement));
    assertThat(JournalReader.contents(directory()).putAside()).isZero();
  }

  @Test
  void nameOfASegmentIsForcedBeforeAnythingIsWrittenToIt() throws IOException {
    List<String> forced = new ArrayList<>();
    SegmentFiles files =
        new SegmentFiles(folder, SEGMENT, directory -> forced.add(namesIn(directory)));

    try (Segment first = files.create(1)) {
      assertThat(forced).containsExactly("0000000001.journal");
      Path free = FreeFiles.free(first.file());
      files.reuse(free, 2).close();
    }

    assertThat(forced).containsExactly("0000000001.journal", "0000000002.journal");
  }

  private static String namesIn(Path directory) throws IOException {
    try (var files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).collect(Collectors.joining(" "));
    }
  }

  @Test
  void segmentWhoseNameIsNotForcedIsNone() throws IOException {
    AtomicBoolean refuses = new AtomicBoolean();
    SegmentFiles files =
        new SegmentFiles(
            folder,
            SEGMENT,
            _ -> {
              if (refuses.get()) {
                throw new IOException("Input/output error");
              }
            });
    Path free;
    try (Segment first = files.create(1)) {
      free = FreeFiles.free(first.file());
    }
    refuses.set(true);

    assertThatThrownBy(() -> files.create(2)).hasMessage("Input/output error");
    assertThatThrownBy(() -> files.reuse(free, 3)).hasMessage("Input/output error");

    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void fileThatIsUsedAgainWhileItIsReadIsNoDamage() throws IOException {
    Hold hold = some.hold();
    try (RequestJournal journal = open()) {
      journal.start(hold);
    }
    List<SegmentFiles.Existing> before = existing();
    Path current = before.getFirst().file();
    Path next = directory().resolve("0000000009.journal");
    AtomicBoolean moved = new AtomicBoolean();

    JournalContents contents =
        JournalReader.contents(
            directory(),
            file -> {
              if (file.equals(current) && moved.compareAndSet(false, true)) {
                writeSegment(9, next, JournalRecord.start(1, Instant.EPOCH, hold));
                Files.delete(current);
                return Files.readAllBytes(next);
              }
              return Files.readAllBytes(file);
            });

    assertThat(moved).isTrue();
    assertThat(contents.damaged()).isZero();
    assertThat(contents.open()).extracting(OpenRequest::hold).containsExactly(hold);
  }

  private static void writeSegment(long number, Path file, JournalRecord record)
      throws IOException {
    Arena arena = Arena.ofShared();
    MemorySegment memory = arena.allocate(SEGMENT, Segment.ALIGNMENT);
    try (Segment segment = new Segment(number, file, arena, memory)) {
      segment.append(record.payload());
      Files.write(file, memory.toArray(ValueLayout.JAVA_BYTE));
    }
  }

  @Test
  void diskThatIsFullAtTheStartIsAnError() {
    SegmentAllocator full = diskThatIs(new AtomicBoolean(true));

    assertThatThrownBy(() -> RequestJournal.open(options(), Clock.systemUTC(), full))
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("No space left on device");
    assertThat(found()).isEmpty(); // and the directory is free again
  }

  @Test
  void syncedJournalIsReadLikeAnother() {
    Hold hold = some.hold();
    JournalOptions synced = new JournalOptions(directory(), SEGMENT, Duration.ofMillis(5));
    try (RequestJournal journal = RequestJournal.open(synced)) {
      journal.start(hold);
      for (int i = 0; i < 1_000; i++) {
        serve(journal, some.hold());
        awaitHealth(journal);
      }
    }

    assertThat(found()).containsOnlyKeys(hold.requestId());
  }

  @Test
  void everyCutOfAFileLosesTheLastRecordsAtMost() throws IOException {
    Hold first = some.hold();
    Hold second = some.hold();
    try (RequestJournal journal = open()) {
      journal.start(first);
      journal.start(second);
      journal.progress(RecordKind.PROGRESS, some.settlement(first));
      journal.settling(some.settlement(second));
      journal.end(first.requestId());
    }
    Path file = existing().getFirst().file();
    byte[] whole = Files.readAllBytes(file);
    int seen = 0;
    for (int length = 0; length < 3_000; length++) {
      Files.write(file, Arrays.copyOf(whole, length));

      List<OpenRequest> open = JournalReader.contents(directory()).open();

      assertThat(open)
          .allMatch(request -> request.hold().equals(first) || request.hold().equals(second));
      seen = Math.max(seen, open.size());
    }
    assertThat(seen).isEqualTo(2);
    assertThat(found()).containsOnlyKeys(second.requestId());
  }

  @Test
  void closedJournalTakesNothingAndDoesNotHang() {
    RequestJournal journal = open();
    journal.close();

    journal.start(some.hold());

    assertThat(found()).isEmpty();
  }
}
