package xyz.trollllm.billing.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** A process that holds a journal with one open request until it is killed. */
final class JournalHolder {
  private JournalHolder() {}

  public static void main(String[] args) throws IOException {
    JournalOptions options =
        new JournalOptions(Path.of(args[0]), JournalOptions.SMALLEST_SEGMENT, Duration.ZERO);
    try (RequestJournal journal = RequestJournal.open(options)) {
      journal.start(new SomeRequests(1).hold());
      System.out.println("open");
      System.in.read();
    }
  }
}
