package xyz.trollllm.server.logging;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordLinesTest {
  @TempDir Path folder;

  private final StallableStream stream = new StallableStream();

  @Test
  void everyRecordIsInTheStreamOrTheFile() throws Exception {
    Path file = folder.resolve("journal/spilled.jsonl");
    RecordLines records = new RecordLines(stream, file, 10, Duration.ofMillis(50));
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
    RecordLines records = new RecordLines(stream, file);

    records.write("{}");
    records.close();

    assertThat(stream.lines()).containsExactly("{}");
    assertThat(file).doesNotExist();
  }

  @Test
  void countsWhatTheDiskRefusesToo() throws Exception {
    Path notAFolder = Files.createFile(folder.resolve("file"));
    RecordLines records =
        new RecordLines(stream, notAFolder.resolve("spilled.jsonl"), 1, Duration.ofMillis(50));
    List<String> lines = new ArrayList<>(List.of("{\"n\":1}", "{\"n\":2}", "{\"n\":3}"));

    lines.forEach(records::write);
    records.close();

    assertThat(records.lost()).isEqualTo(records.spilled()).isPositive();
  }
}
