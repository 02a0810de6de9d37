package xyz.trollllm.proxy.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The memory that metering takes does not depend on the answer's length. Of one line or document,
 * all that its reading allocates is counted; streams of many events are read in a process whose
 * heap is far smaller than they are.
 */
final class LargeAnswersTest {
  private static final long LARGE = 200L << 20;
  private static final long SINGLE_BYTES = 8L << 20;
  private static final long FEW_BYTES = 64 << 10;

  static Stream<LargeAnswer> answersOfOnePiece() {
    return LargeAnswer.ofOnePiece().stream();
  }

  @ParameterizedTest
  @MethodSource("answersOfOnePiece")
  void twoHundredMegabytesInOnePieceTakeNoMemory(LargeAnswer answer) {
    AnswerMeter meter = answer.meter();
    long small = allocatedBy(() -> answer.feed(answer.meter(), 1));

    long large = allocatedBy(() -> answer.feed(meter, LARGE));

    assertThat(large - small).isLessThan(FEW_BYTES);
    assertThat(meter.usage().usage().counts()).isEqualTo(answer.used());
    assertThat(meter.sawEnd()).isEqualTo(!answer.end().contains("message_delta"));
  }

  @ParameterizedTest
  @MethodSource("answersOfOnePiece")
  void singleBytesTakeNoMemoryEither(LargeAnswer answer) {
    AnswerMeter meter = answer.meter();
    long small = allocatedBy(() -> answer.feedByteByByte(answer.meter(), 1));

    long large = allocatedBy(() -> answer.feedByteByByte(meter, SINGLE_BYTES));

    assertThat(large - small).isLessThan(FEW_BYTES);
    assertThat(meter.usage().usage().counts()).isEqualTo(answer.used());
  }

  /** What the tests above would say of a reader that keeps what it reads. */
  @Test
  void allocationIsSeen() {
    assertThat(allocatedBy(() -> hoard(1 << 20))).isGreaterThan(1 << 20);
  }

  @Test
  void streamsOfManyEventsStayInASmallHeap() throws Exception {
    assertThat(inSmallHeap("meter")).containsExactly("read all");
  }

  /** What the test above would say of a reader that keeps what it reads. */
  @Test
  void hoardDoesNotFitIntoTheSmallHeap() throws Exception {
    assertThat(inSmallHeap("hoard")).containsExactly("out of memory");
  }

  /** Runs in a process of its own. */
  static void main(String[] what) {
    try {
      if (what[0].equals("hoard")) {
        hoard((int) LARGE);
      } else {
        LargeAnswer.ofManyEvents().forEach(LargeAnswersTest::meterAll);
      }
      IO.println("read all");
    } catch (OutOfMemoryError e) {
      IO.println("out of memory");
    }
  }

  private static void meterAll(LargeAnswer answer) {
    AnswerMeter inPieces = answer.meter();
    answer.feed(inPieces, LARGE);
    requireUsage(answer, inPieces);
    AnswerMeter inBytes = answer.meter();
    answer.feedByteByByte(inBytes, SINGLE_BYTES);
    requireUsage(answer, inBytes);
  }

  private static void requireUsage(LargeAnswer answer, AnswerMeter meter) {
    if (!meter.usage().usage().counts().equals(answer.used())) {
      throw new IllegalStateException(answer + ": " + meter.usage());
    }
  }

  private static void hoard(int bytes) {
    ByteArrayOutputStream kept = new ByteArrayOutputStream();
    byte[] piece = "some of it ".repeat(100).getBytes(UTF_8);
    while (kept.size() < bytes) {
      kept.writeBytes(piece);
    }
  }

  private static List<String> inSmallHeap(String what) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx16m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                LargeAnswersTest.class.getName(),
                what)
            .redirectErrorStream(true)
            .start();
    List<String> said = process.inputReader(UTF_8).readAllLines();
    process.waitFor();
    return said;
  }

  /** How many bytes this thread allocates while it does {@code work}. */
  private static long allocatedBy(Runnable work) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    work.run();
    return threads.getCurrentThreadAllocatedBytes() - before;
  }
}
