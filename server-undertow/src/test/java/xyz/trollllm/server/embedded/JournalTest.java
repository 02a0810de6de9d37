package xyz.trollllm.server.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import de.bwaldvogel.mongo.bson.Document;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JournalTest {
  @TempDir Path directory;

  private Journal journal = new Journal(Path.of("unset"));

  @BeforeEach
  void open() throws IOException {
    journal = new Journal(directory.resolve("journal"));
    journal.rewrite(_ -> {});
  }

  @AfterEach
  void close() throws IOException {
    journal.close();
  }

  @Test
  void recordsAreToldInTheirOrder() throws IOException {
    journal.append(put("1"));
    journal.append(put("2"));
    journal.awaitDurable();
    journal.append(put("3"));
    journal.awaitDurable();

    assertThat(told()).containsExactly(put("1"), put("2"), put("3"));
  }

  @Test
  void rewritingReplacesEverything() throws IOException {
    journal.append(put("1"));
    journal.awaitDurable();
    journal.append(put("2"));

    journal.rewrite(reader -> reader.accept(put("whole")));
    journal.append(put("3"));
    journal.awaitDurable();

    assertThat(told()).containsExactly(put("whole"), put("3"));
  }

  @Test
  void nothingIsAcknowledgedAfterAFailedWrite() throws IOException {
    journal.append(put("1"));
    Thread.currentThread().interrupt(); // which closes the file under the writer

    assertThatThrownBy(journal::awaitDurable).isInstanceOf(IOException.class);
    assertThat(Thread.interrupted()).isTrue();

    journal.append(put("2"));
    assertThatThrownBy(journal::awaitDurable)
        .isInstanceOf(IOException.class)
        .hasMessageEndingWith("journal could not be written");
    assertThat(told()).isEmpty();
  }

  private List<JournalRecord> told() throws IOException {
    List<JournalRecord> records = new ArrayList<>();
    new Journal(directory.resolve("journal")).replay(records::add);
    return records;
  }

  private static JournalRecord put(String id) {
    return new JournalRecord(JournalRecord.Kind.PUT, "db", "users", new Document("_id", id));
  }
}
