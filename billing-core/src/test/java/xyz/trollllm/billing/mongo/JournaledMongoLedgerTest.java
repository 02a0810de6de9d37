package xyz.trollllm.billing.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import xyz.trollllm.billing.CreditLedger;
import xyz.trollllm.billing.journal.JournalOptions;
import xyz.trollllm.billing.journal.JournaledLedger;
import xyz.trollllm.billing.journal.RequestJournal;

/** The contract, kept on MongoDB with a journal: a request is open in it while its hold stands. */
final class JournaledMongoLedgerTest extends MongoCreditLedgerTest {
  @TempDir Path folder;

  private RequestJournal journal;
  private JournaledLedger journaled;
  private JournaledLedger busy;

  @BeforeEach
  void openJournal() {
    journal = RequestJournal.open(new JournalOptions(folder, 1 << 20, Duration.ofMillis(5)));
    journaled = new JournaledLedger(journal, ledger, clock);
    busy = new JournaledLedger(journal, busyLedger, clock);
  }

  @AfterEach
  void openInTheJournalIsWhatIsHeld() {
    assertThat(journal.isHealthy()).isTrue();
    journal.close();
    long held =
        mongo().getCollection("usersNew").find().into(new ArrayList<>()).stream()
            .mapToLong(user -> Documents.count(user, Paths.OPEN_HOLDS))
            .sum();
    assertThat(journal.openRequests()).isGreaterThanOrEqualTo((int) held);
  }

  @Override
  protected CreditLedger ledger() {
    return journaled;
  }

  @Override
  protected CreditLedger busyLedger() {
    return busy;
  }
}
