package xyz.trollllm.server.logging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

class LineWriterTest {
  private static final Duration SHORT = Duration.ofMillis(50);

  private final StallableStream stream = new StallableStream();
  private final ConcurrentLinkedQueue<String> overflow = new ConcurrentLinkedQueue<>();

  private LineWriter writer(OutputStream to, int maxWaiting) {
    return new LineWriter("test", to, maxWaiting, overflow::add, SHORT);
  }

  @Test
  void writesLinesInOrder() {
    stream.release();
    LineWriter writer = writer(stream, 1000);
    List<String> lines = numbered(1000);

    lines.forEach(writer::write);
    writer.close();

    assertThat(stream.lines()).isEqualTo(lines);
    assertThat(overflow).isEmpty();
  }

  @Test
  void keepsLinesWhileTheStreamStalls() throws Exception {
    LineWriter writer = writer(stream, 1000);
    List<String> lines = numbered(900);

    lines.forEach(writer::write);
    List<String> whileStalled = stream.lines();
    stream.release();
    writer.flush(Duration.ofSeconds(10));

    assertThat(whileStalled).isEmpty();
    assertThat(stream.lines()).isEqualTo(lines);
    writer.close();
  }

  @Test
  void passesOnWhatMemoryMayNotHold() {
    LineWriter writer = writer(stream, 10);

    numbered(2_000).forEach(writer::write);
    stream.release();
    writer.close();

    assertThat(overflow).isNotEmpty();
    assertThat(stream.lines().size() + overflow.size()).isEqualTo(2_000);
  }

  @Test
  void neverWaitsForARealPipeThatNobodyReads() throws Exception {
    Process reader = new ProcessBuilder("sleep", "600").start();
    LineWriter writer = writer(reader.getOutputStream(), 100);
    String line = "x".repeat(10_000);

    for (int i = 0; i < 1_000; i++) {
      writer.write(i + " " + line);
    }
    writer.close();
    reader.destroyForcibly().waitFor();

    assertThat(overflow.size()).isBetween(1_000 - 100, 1_000);
    assertThat(overflow.stream().anyMatch(text -> text.startsWith("999 "))).isTrue();
  }

  @Test
  void closingLosesNoLine() {
    LineWriter writer = writer(stream, 1000);
    List<String> lines = numbered(500);

    lines.forEach(writer::write);
    writer.close();
    writer.write("late");

    Set<String> kept = new HashSet<>(overflow);
    assertThat(kept).containsAll(lines).contains("late");
  }

  @Test
  void passesOnWhatTheStreamRefuses() {
    LineWriter writer = writer(refusing(), 1000);

    writer.write("a");
    writer.write("b");
    writer.close();

    assertThat(overflow).containsExactly("a", "b");
  }

  private static OutputStream refusing() {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        throw new IOException("Broken pipe");
      }
    };
  }

  private static List<String> numbered(int count) {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      lines.add("line " + i);
    }
    return lines;
  }
}
