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
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;
import xyz.trollllm.billing.Settlement;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.billing.journal.JournalContents;
import xyz.trollllm.billing.journal.JournalReader;
import xyz.trollllm.billing.journal.OpenRequest;
import xyz.trollllm.billing.journal.RecordKind;
import xyz.trollllm.billing.mongo.AuditTotals;
import xyz.trollllm.billing.mongo.Difference;
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
      "'user confirm' takes a foreign change of a balance for right."
    })
final class AuditCommand implements Callable<Integer> {
  private static final JsonMapper JSON = JsonMapper.builder().build();

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

  AuditCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    try (Database database = Database.connect(shell)) {
      Consumer<Difference> found =
          json
              ? difference -> shell.out().println(JSON.writeValueAsString(members(difference)))
              : difference -> shell.err().println("difference: " + difference.text());
      Map<Path, JournalContents> contents = readJournals();
      AuditTotals totals =
          new LedgerAudit(database.database())
              .run(found)
              .plusDifferences(auditJournals(database, contents, found));
      shell.out().println(json ? JSON.writeValueAsString(members(totals)) : sentence(totals));
      return exitCode(totals);
    }
  }

  private static int exitCode(AuditTotals totals) {
    if (totals.differences() > 0) {
      return ExitCode.FAILED;
    }
    return totals.busy() > 0 ? ExitCode.TEMPORARY : ExitCode.OK;
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

  private static Map<String, Object> members(Difference difference) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("type", "difference");
    members.put("kind", difference.kind().label());
    members.put("user", difference.userId());
    members.put("subject", difference.subject());
    members.put("expected", difference.expected());
    members.put("found", difference.found());
    if (difference.amount() != null) {
      members.put("difference_usd", difference.amount().toString());
    }
    return members;
  }

  private static Map<String, Object> members(AuditTotals totals) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("type", "summary");
    members.put("users", totals.users());
    members.put("differences", totals.differences());
    members.put("busy", totals.busy());
    members.put("open_holds", totals.openHolds());
    return members;
  }

  private static String sentence(AuditTotals totals) {
    String busy =
        totals.busy() == 0
            ? ""
            : " %d user(s) were too busy to be compared with the log; ask again."
                .formatted(totals.busy());
    return "Audited %d user(s): %d difference(s), %d hold(s) of requests under way.%s"
        .formatted(totals.users(), totals.differences(), totals.openHolds(), busy);
  }
}
