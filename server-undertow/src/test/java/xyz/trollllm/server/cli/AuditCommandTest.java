package xyz.trollllm.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.bson.Document;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import xyz.trollllm.billing.HoldRequest;
import xyz.trollllm.billing.Reservation;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.billing.journal.JournalOptions;
import xyz.trollllm.billing.journal.JournaledLedger;
import xyz.trollllm.billing.journal.RequestJournal;
import xyz.trollllm.billing.mongo.MongoCreditLedger;
import xyz.trollllm.billing.mongo.MongoLedgerOptions;
import xyz.trollllm.config.CreditField;

class AuditCommandTest extends StoreCommandTest {

  @BeforeEach
  void topUpTwice() {
    gateway("user", "create", "ann", "--credits", "5");
    gateway("user", "top-up", "ann", "--field", "credits", "1", "--id", "i-1", "--reason", "paid");
    gateway("user", "top-up", "ann", "--field", "credits", "1", "--id", "i-1", "--reason", "paid");
  }

  @Test
  void topUpsAreNoDifference() {
    Run run = gateway("audit");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .isEqualTo("Audited 1 user(s): 0 difference(s), 0 hold(s) of requests under way.\n");
    assertThat(gateway("user", "show", "ann").out()).contains("credits    6 USD");
  }

  @Test
  void idOfAnotherTopUpIsRefused() {
    Run run = gateway("user", "top-up", "ann", "--field", "credits", "2", "--id", "i-1");

    assertThat(run.exitCode()).isEqualTo(65);
    assertThat(run.err()).isEqualTo("gateway: operation i-1 of ann was another one\n");
  }

  @Test
  void foreignChangeIsReportedUntilItIsConfirmed() {
    addByHand(0.5);

    Run found = gateway("audit");
    Run wrong = gateway("user", "confirm", "ann", "0.4", "--field", "credits");
    Run confirmed =
        gateway("user", "confirm", "ann", "0.5", "--field", "credits", "--reason", "a gift");

    assertThat(found.exitCode()).isEqualTo(1);
    assertThat(found.err())
        .startsWith("difference: ann credits: the balance is not what the books say")
        .contains("expected 6 USD, found 6.5 USD, difference +0.5 USD");
    assertThat(found.out()).contains("1 difference(s)");
    assertThat(wrong.exitCode()).isEqualTo(65);
    assertThat(wrong.err())
        .isEqualTo("gateway: the difference is 0.5 USD; only that can be confirmed\n");
    assertThat(confirmed.exitCode()).isZero();
    assertThat(gateway("audit").exitCode()).isZero();
    assertThat(gateway("user", "confirm", "ann", "0.5", "--field", "credits").err())
        .isEqualTo("gateway: there is nothing to confirm\n");
  }

  @Test
  void differencesForProgramsAreOneObjectALine() {
    addByHand(-2);

    Run run = gateway("audit", "--json");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).isEmpty();
    assertThat(run.out())
        .isEqualTo(
            """
            {"type":"difference","kind":"balance","user":"ann","subject":"credits",\
            "expected":"6 USD","found":"4 USD","difference_usd":"-2"}
            {"type":"summary","users":1,"differences":1,"busy":0,"open_holds":0}
            """);
  }

  @Test
  void allForeignChangesAreConfirmedAtOnce() {
    gateway("user", "create", "bob", "--credits", "1");
    gateway("user", "top-up", "bob", "--field", "credits", "1");
    addByHand(-0.5);
    database()
        .getCollection("usersNew")
        .updateOne(
            new Document("_id", "bob"),
            new Document("$inc", new Document("credits", -0.25).append("creditsUsed", 0.25)));

    Run confirmed = gateway("audit", "--confirm", "--reason", "cut-over");
    Run again = gateway("audit", "--confirm", "--reason", "cut-over", "--json");

    assertThat(confirmed.exitCode()).as(confirmed.err()).isZero();
    assertThat(confirmed.out())
        .contains("confirmed: ann credits: ", "confirmed: bob credits: ", "bob creditsUsed: ")
        .endsWith("Confirmed 3 difference(s) (credits -0.75 USD, creditsUsed 0.25 USD); 0 left.\n");
    assertThat(again.exitCode()).isZero();
    assertThat(again.out())
        .isEqualTo(
            """
            {"type":"summary","confirmed":0,"confirmed_usd":{},"differences":0,"busy":0}
            """);
    assertThat(gateway("audit").exitCode()).isZero();
    assertThat(gateway("user", "show", "ann").out()).contains("credits    5.5 USD");
  }

  @Test
  void nothingIsConfirmedOfUsersAboutWhomMoreIsWrong() {
    addByHand(0.5);
    database()
        .getCollection("usersNew")
        .updateOne(
            new Document("_id", "ann"),
            new Document("$set", new Document("gw.spent.credits", 1_000_000_000L)));

    Run run = gateway("audit", "--confirm", "--reason", "cut-over");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).isEqualTo("Confirmed 0 difference(s); 3 left.\n");
    assertThat(run.err()).contains("rows of the log", "the balance is not what the books say");
  }

  @Test
  void nothingIsConfirmedWhileRequestsAreUnderWay() {
    addByHand(0.5);
    leaveOpen("req-open", folder.resolve("open"));

    Run run = gateway("audit", "--confirm", "--reason", "cut-over");

    assertThat(run.exitCode()).isEqualTo(75);
    assertThat(run.out())
        .isEqualTo(
            "Confirmed 0 difference(s); 0 left. 1 user(s) had requests under way; ask again.\n");
    assertThat(gateway("audit").exitCode()).isEqualTo(1);
  }

  @Test
  void confirmingNeedsAReason() {
    assertThat(gateway("audit", "--confirm").exitCode()).isEqualTo(64);
    assertThat(gateway("audit", "--confirm", "--reason", " ").exitCode()).isEqualTo(64);
    assertThat(gateway("audit", "--reason", "why").exitCode()).isEqualTo(64);
  }

  @Test
  void requestThatAStoppedInstanceLeftOpenIsADifference() {
    Path directory = folder.resolve("left");
    leaveOpen("req-left", directory);

    Run alone = gateway("audit");
    Run withJournal = gateway("audit", "--journal", directory.toString());
    Run elsewhere = gateway("audit", "--journal", folder.resolve("nowhere").toString());

    assertThat(alone.exitCode()).isZero();
    assertThat(withJournal.exitCode()).isEqualTo(1);
    assertThat(withJournal.out()).contains("1 difference(s), 1 hold(s)");
    assertThat(withJournal.err()).startsWith("difference: ann req-left").contains("found held");
    assertThat(elsewhere.exitCode()).isEqualTo(65);
    assertThat(elsewhere.err()).contains("cannot read the journal in");
  }

  @Test
  void whatOfAJournalCannotBeReadIsADifference() throws IOException {
    Path directory = folder.resolve("damaged");
    leaveOpen("req-damaged", directory);
    Path file = directory.resolve("0000000001.journal");
    byte[] bytes = Files.readAllBytes(file);
    bytes[20] ^= 1;
    Files.write(file, bytes);

    Run damaged = gateway("audit", "--journal", directory.toString());
    RequestJournal.open(options(directory)).close();
    Run putAside = gateway("audit", "--journal", directory.toString());

    assertThat(damaged.exitCode()).isEqualTo(1);
    assertThat(damaged.out()).contains("1 difference(s)");
    assertThat(damaged.err())
        .isEqualTo(
            "difference: "
                + directory
                + ": what a journal says of open requests cannot be read whole; expected every"
                + " record readable, found 1 damaged record(s), 0 of a newer version, 0 file(s)"
                + " put aside\n");
    assertThat(putAside.exitCode()).isEqualTo(1);
    assertThat(putAside.err()).contains("found 0 damaged record(s)", "2 file(s) put aside");
  }

  private static JournalOptions options(Path directory) {
    return new JournalOptions(directory, JournalOptions.SMALLEST_SEGMENT, Duration.ZERO);
  }

  /** As an instance does that dies when it has held credit. */
  private void leaveOpen(String requestId, Path directory) {
    CompletableFuture<Reservation> held = new CompletableFuture<>();
    try (RequestJournal journal = RequestJournal.open(options(directory));
        JournaledLedger ledger =
            new JournaledLedger(
                journal,
                MongoCreditLedger.open(database(), MongoLedgerOptions.of("left")),
                Clock.systemUTC())) {
      ledger.reserve(
          new HoldRequest(
              requestId, "ann", CreditField.CREDITS, Usd.of("1"), Duration.ofMinutes(10)),
          held::complete);
      assertThat(held.join()).isInstanceOf(Reservation.Held.class);
    }
  }

  private void addByHand(double usd) {
    users()
        .updateOne(new Document("_id", "ann"), new Document("$inc", new Document("credits", usd)));
  }
}
