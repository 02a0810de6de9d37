package xyz.trollllm.billing.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Every cut and every flipped bit of a segment, and many who write to one. */
final class SegmentTest {
  private static final int SIZE = 4096;
  private static final long NUMBER = 3;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment memory = arena.allocate(SIZE, Segment.ALIGNMENT);
  private final Segment segment = new Segment(NUMBER, Path.of("none"), arena, memory);

  private final List<byte[]> written = new ArrayList<>();

  private void fill() {
    Random random = new Random(1);
    while (true) {
      byte[] payload = new byte[1 + random.nextInt(300)];
      random.nextBytes(payload);
      if (!segment.append(payload)) {
        return;
      }
      written.add(payload);
    }
  }

  private byte[] bytes() {
    return memory.toArray(ValueLayout.JAVA_BYTE);
  }

  private static List<byte[]> read(byte[] bytes) {
    List<byte[]> payloads = new ArrayList<>();
    SegmentReader.read(NUMBER, bytes, payloads::add);
    return payloads;
  }

  @Test
  void recordsAreReadAsTheyWereWritten() {
    fill();

    assertThat(read(bytes())).hasSizeGreaterThan(15).containsExactlyElementsOf(written);
    assertThat(segment.isFull()).isTrue();
  }

  @Test
  void whatIsCutOffIsLostAndNothingElse() {
    fill();
    byte[] whole = bytes();

    for (int length = 0; length <= whole.length; length++) {
      List<byte[]> read = read(Arrays.copyOf(whole, length));

      assertThat(read).containsExactlyElementsOf(written.subList(0, read.size()));
      assertThat(read).hasSize(recordsWithin(length));
    }
  }

  private int recordsWithin(int length) {
    int end = 0;
    for (int i = 0; i < written.size(); i++) {
      if (end + Segment.HEAD + written.get(i).length > length) {
        return i;
      }
      end += (int) Segment.sizeOf(written.get(i));
    }
    return written.size();
  }

  @Test
  void flippedBitLosesOneRecordAtMost() {
    fill();
    byte[] whole = bytes();

    for (int bit = 0; bit < 8 * whole.length; bit++) {
      byte[] flipped = whole.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      List<byte[]> read = read(flipped);

      if (read.size() != written.size()) {
        assertThat(read).hasSize(written.size() - 1);
      }
      assertIsPartOfWhatWasWritten(read);
    }
  }

  private void assertIsPartOfWhatWasWritten(List<byte[]> read) {
    int next = 0;
    for (byte[] payload : written) {
      if (next < read.size() && Arrays.equals(read.get(next), payload)) {
        next++;
      }
    }
    assertThat(next).isEqualTo(read.size());
  }

  @Test
  void recordInsideOfADamagedOneIsNotTakenForOne() {
    try (Segment other =
        new Segment(NUMBER, Path.of("none"), Arena.ofShared(), arena.allocate(SIZE, 16))) {
      byte[] inner = {1, 2, 3};
      other.append(inner);
    }
    byte[] forged = new byte[64];
    segment.append(new byte[] {1, 2, 3});
    System.arraycopy(bytes(), 0, forged, 16, 32);
    segment.append(forged);
    byte[] torn = bytes();
    torn[32] = 0; // the magic of the second record

    assertThat(read(torn)).containsExactly(new byte[] {1, 2, 3});
  }

  @Test
  void retiredSegmentIsEnteredByNobody() {
    assertThat(segment.enter()).isTrue();
    assertThat(segment.retire()).isFalse();
    segment.leave();

    assertThat(segment.retire()).isTrue();
    assertThat(segment.enter()).isFalse();
    assertThat(segment.enter()).isFalse();
    assertThat(segment.retire()).isTrue();
  }

  @Test
  void sixteenThreadsAppendAtOnce() throws InterruptedException {
    int threads = 16;
    int each = 200;
    try (Arena large = Arena.ofShared()) {
      MemorySegment room = large.allocate(48L * threads * each, Segment.ALIGNMENT);
      Segment shared = new Segment(NUMBER, Path.of("none"), large, room);
      CountDownLatch begin = new CountDownLatch(1);
      List<Thread> all = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        byte number = (byte) thread;
        all.add(
            Thread.ofPlatform()
                .start(() -> {
                  awaitQuietly(begin);
                  for (int i = 0; i < each; i++) {
                    shared.append(new byte[] {number, (byte) i, (byte) (number ^ i)});
                  }
                }));
      }
      begin.countDown();
      for (Thread thread : all) {
        thread.join();
      }

      List<byte[]> read = read(room.toArray(ValueLayout.JAVA_BYTE));
      assertThat(read).hasSize(threads * each);
      assertThat(read).allMatch(payload -> payload[2] == (byte) (payload[0] ^ payload[1]));
      for (byte number = 0; number < threads; number++) {
        byte wanted = number;
        assertThat(read.stream().filter(payload -> payload[0] == wanted).map(p -> (int) p[1] & 255))
            .isSorted()
            .hasSize(each);
      }
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
