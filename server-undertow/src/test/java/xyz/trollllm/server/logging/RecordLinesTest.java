package xyz.trollllm.server.logging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class RecordLinesTest {
  @TempDir Path folder;

  private static final long UNLIMITED = Long.MAX_VALUE / 2;

  private final StallableStream stream = new StallableStream();
  private final AtomicLong nanoTime = new AtomicLong();
  private final Logger logger = (Logger) LoggerFactory.getLogger(LostLines.class);
  private final ListAppender<ILoggingEvent> told = new ListAppender<>();

  @BeforeEach
  void listen() {
    told.start();
    logger.addAppender(told);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(told);
  }

  private RecordLines records(Path file, long maxBytes, int maxWaiting) {
    return new RecordLines(
        stream,
        new SpillFile(file, maxBytes),
        file,
        new LostLines(file, nanoTime::get),
        maxWaiting,
        Duration.ofMillis(50));
  }

  @Test
  void everyRecordIsInTheStreamOrTheFile() throws Exception {
    Path file = folder.resolve("journal/spilled.jsonl");
    RecordLines records = records(file, UNLIMITED, 10);
    List<String> lines = IntStream.range(0, 5_000).mapToObj(i -> "{\"n\":" + i + "}").toList();

    lines.forEach(records::write);
    records.close();

    Set<String> kept = new HashSet<>(Files.readAllLines(file));
    kept.addAll(stream.lines());
    assertThat(kept).containsExactlyInAnyOrderElementsOf(lines);
    assertThat(records.spilled()).isPositive();
    assertThat(records.lost()).isZero();
  }

  @Test
  void makesNoFileWhileTheStreamTakesAll() {
    Path file = folder.resolve("spilled.jsonl");
    stream.release();
    RecordLines records = records(file, UNLIMITED, 10);

    records.write("{}");
    records.close();

    assertThat(stream.lines()).containsExactly("{}");
    assertThat(file).doesNotExist();
  }

  @Test
  void countsWhatTheDiskRefusesToo() throws Exception {
    Path notAFolder = Files.createFile(folder.resolve("file"));
    RecordLines records = records(notAFolder.resolve("spilled.jsonl"), UNLIMITED, 1);
    List<String> lines = new ArrayList<>(List.of("{\"n\":1}", "{\"n\":2}", "{\"n\":3}"));

    lines.forEach(records::write);
    records.close();

    assertThat(records.lost()).isEqualTo(records.spilled()).isPositive();
  }

  @Test
  void fileStaysWithinItsSizeWhateverComes() throws Exception {
    Path file = folder.resolve("spilled.jsonl");
    Files.writeString(file, "{\"of\":\"an earlier start\"}\n");
    RecordLines records = records(file, 1_000, 10);
    List<String> lines = IntStream.range(0, 5_000).mapToObj(i -> "{\"n\":" + i + "}").toList();

    lines.forEach(records::write);
    records.close();

    assertThat(file).content().startsWith("{\"of\":\"an earlier start\"}\n").endsWith("}\n");
    assertThat(Files.size(file)).isLessThanOrEqualTo(1_000);
    int kept = Files.readAllLines(file).size() - 1;
    assertThat(records.lost()).isPositive().isEqualTo(records.spilled() - kept);
    assertThat(told.list).hasSizeBetween(1, 2);
    assertThat(told.list).allMatch(event -> event.getLevel() == Level.ERROR);
    assertThat(told.list.getLast().getFormattedMessage())
        .startsWith(records.lost() + " line(s) of the request log are lost so far");
  }

  @Test
  void fileThatWasMovedAwayLeavesRoom() throws Exception {
    Path file = folder.resolve("spilled.jsonl");
    SpillFile spill = new SpillFile(file, 10);
    spill.write("12345678\n".getBytes(UTF_8));
    assertThatThrownBy(() -> spill.write("12\n".getBytes(UTF_8)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("has reached 10 bytes");

    Files.move(file, folder.resolve("taken.jsonl"));
    spill.write("12\n".getBytes(UTF_8));

    assertThat(file).hasContent("12\n");
  }

  @Test
  void lossesAreToldOnceAMinute() {
    LostLines lost = new LostLines(folder, nanoTime::get);
    for (int second = 0; second < 150; second++) {
      nanoTime.set(Duration.ofSeconds(second).toNanos());
      lost.add();
    }
    lost.tellRest();
    lost.tellRest();

    assertThat(told.list)
        .extracting(event -> event.getFormattedMessage().split(" ", 2)[0])
        .containsExactly("1", "61", "121", "150");
  }
}
