package xyz.trollllm.server.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import xyz.trollllm.billing.Settlement;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.billing.journal.JournalContents;
import xyz.trollllm.billing.journal.JournalReader;
import xyz.trollllm.billing.journal.OpenRequest;
import xyz.trollllm.billing.journal.RecordKind;
import xyz.trollllm.billing.mongo.AuditTotals;
import xyz.trollllm.billing.mongo.Difference;
import xyz.trollllm.billing.mongo.ForeignConfirmation;
import xyz.trollllm.billing.mongo.JournalAudit;
import xyz.trollllm.billing.mongo.LedgerAudit;

/** Whether the money is where the books say it is. */
@Command(
    name = "audit",
    mixinStandardHelpOptions = true,
    description = {
      "Compares the log of requests, the counters, the balances and the holds of every user, and"
          + " reports what does not agree. Changes nothing and may run at any time; requests under"
          + " way are no differences. Exits with 1 if there is any, with 75 if users were too busy to be"
          + " compared. Needs MONGODB_URI.",
      "--journal looks at what an instance that does not run has left open, too, and at what of it"
          + " cannot be read.",
      "--confirm takes all foreign changes of balances for right, and of what was used of them,"
          + " except for users about whom anything else is wrong or who have requests under way;"
          + " 'user confirm' one of them. Neither changes a balance."
    })
final class AuditCommand implements Callable<Integer> {
  private final Shell shell;

  @Option(
      names = "--json",
      description = "one JSON object a line: each difference, and a summary at the end")
  private boolean json;

  @Option(
      names = "--journal",
      paramLabel = "DIRECTORY",
      description = "the journal of an instance that does not run; may be repeated")
  private List<Path> journals = List.of();

  @ArgGroup(exclusive = false)
  private @Nullable Confirmation confirmation;

  /** That, and why, what others changed is right. */
  private static final class Confirmation {
    @Option(
        names = "--confirm",
        required = true,
        description = "takes all that others changed for right; for after they are stopped")
    private boolean confirm;

    @Option(
        names = "--reason",
        required = true,
        paramLabel = "TEXT",
        description = "kept with each change")
    private String reason = "";

    @Option(
        names = "--by",
        paramLabel = "NAME",
        description = "who does it (default: the user of this machine)")
    private @Nullable String by;
  }

  AuditCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    AuditLines lines = new AuditLines(shell, json);
    try (Database database = Database.connect(shell)) {
      return confirmation == null ? audit(database, lines) : confirm(database, lines, confirmation);
    }
  }

  private int audit(Database database, AuditLines lines) {
    Consumer<Difference> found = lines::difference;
    Map<Path, JournalContents> contents = readJournals();
    AuditTotals totals =
        new LedgerAudit(database.database())
            .run(found, lines::busy)
            .plusDifferences(auditJournals(database, contents, found));
    lines.totals(totals);
    return exitCode(totals.differences(), totals.busy());
  }

  private int confirm(Database database, AuditLines lines, Confirmation why) {
    if (!why.confirm || why.reason.isBlank() || !journals.isEmpty()) {
      throw new CommandFailedException(
          ExitCode.USAGE, "--confirm needs a reason, and takes no --journal");
    }
    String by = why.by != null ? why.by : shell.environment().getOrDefault("USER", "");
    ForeignConfirmation.Totals totals =
        new ForeignConfirmation(database.database(), lines::confirmed, lines::difference)
            .run(by, why.reason);
    lines.totals(totals);
    return exitCode(totals.left(), totals.busy());
  }

  private static int exitCode(long differences, long busy) {
    if (differences > 0) {
      return ExitCode.FAILED;
    }
    return busy > 0 ? ExitCode.TEMPORARY : ExitCode.OK;
  }

  /** Read before the store: what is settled meanwhile is settled there, too. */
  private Map<Path, JournalContents> readJournals() {
    Map<Path, JournalContents> contents = new LinkedHashMap<>();
    for (Path journal : journals) {
      try {
        contents.put(journal, JournalReader.contents(journal));
      } catch (IOException e) {
        throw new CommandFailedException(
            ExitCode.DATA, "cannot read the journal in " + journal + ": " + e);
      }
    }
    return contents;
  }

  private static int auditJournals(
      Database database, Map<Path, JournalContents> contents, Consumer<Difference> found) {
    JournalAudit audit = new JournalAudit(database.database());
    List<Difference> differences = new ArrayList<>();
    contents.forEach((journal, content) -> {
      damage(journal, content).ifPresent(differences::add);
      content
          .open()
          .forEach(request -> audit.differenceOf(due(request)).ifPresent(differences::add));
    });
    differences.forEach(found);
    return differences.size();
  }

  private static JournalAudit.Due due(OpenRequest request) {
    return new JournalAudit.Due(
        request.userId(),
        request.requestId(),
        request.settlement().map(Settlement::charge).orElse(Usd.ZERO),
        request.kind() == RecordKind.FINAL);
  }

  private static Optional<Difference> damage(Path journal, JournalContents content) {
    if (content.damaged() + content.unreadable() + content.putAside() == 0) {
      return Optional.empty();
    }
    return Optional.of(
        new Difference(
            Difference.Kind.DAMAGED_JOURNAL,
            "",
            journal.toString(),
            "every record readable",
            "%d damaged record(s), %d of a newer version, %d file(s) put aside"
                .formatted(content.damaged(), content.unreadable(), content.putAside()),
            null));
  }
}
