package xyz.trollllm.server.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import xyz.trollllm.billing.mongo.AuditReport;
import xyz.trollllm.billing.mongo.LedgerAudit;

/** Whether the money is where the books say it is. */
@Command(
    name = "audit",
    mixinStandardHelpOptions = true,
    description = {
      "Compares the log of requests, the counters and the balances of every account, and reports"
          + " what does not agree. Changes nothing and may run at any time. Needs MONGODB_URI."
    })
final class AuditCommand implements Callable<Integer> {
  private final Shell shell;

  AuditCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    try (Database database = Database.connect(shell)) {
      AuditReport report = new LedgerAudit(database.database()).run();
      List<String> differences = report.differences();
      differences.forEach(difference -> shell.err().println("difference: " + difference));
      shell
          .out()
          .printf(
              "Audited %d account(s): %d difference(s), %d hold(s) of requests under way.%n",
              report.accounts().size(), differences.size(), report.openHolds());
      return differences.isEmpty() ? ExitCode.OK : ExitCode.DATA;
    }
  }
}
