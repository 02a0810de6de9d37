package xyz.trollllm.server.cli;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import xyz.trollllm.billing.mongo.StoreFinding;
import xyz.trollllm.billing.mongo.StoreVerification;

/** Whether a database can be trusted with the ledger. */
@Command(
    name = "verify-store",
    mixinStandardHelpOptions = true,
    description = {
      "Tries on a database what the ledger relies on: durability, conditions, indexes, errors, and"
          + " each statement of the ledger twice. Works in a database of its own, which it removes;"
          + " users, keys and logs are not touched. Exits with 1 if anything is otherwise."
    })
final class VerifyStoreCommand implements Callable<Integer> {
  private final Shell shell;

  @Parameters(
      arity = "0..1",
      paramLabel = "URI",
      description =
          "the database (default: what MONGODB_URI names; so no password is in a list of"
              + " processes)")
  private @Nullable String uri;

  VerifyStoreCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    Map<StoreFinding.Status, Integer> counts = new EnumMap<>(StoreFinding.Status.class);
    try (Database database = Database.connect(chosen())) {
      new StoreVerification(database.client(), database.database().getName())
          .run(finding -> {
            counts.merge(finding.status(), 1, Integer::sum);
            print(finding);
          });
    }
    int ok = counts.getOrDefault(StoreFinding.Status.OK, 0);
    int differs = counts.getOrDefault(StoreFinding.Status.DIFFERS, 0);
    int missing = counts.getOrDefault(StoreFinding.Status.MISSING, 0);
    shell.out().printf("%d ok, %d differ(s), %d missing%n", ok, differs, missing);
    return differs + missing == 0 ? ExitCode.OK : ExitCode.FAILED;
  }

  private Shell chosen() {
    if (uri == null) {
      return shell;
    }
    Map<String, String> environment = new HashMap<>(shell.environment());
    environment.put("MONGODB_URI", uri);
    return new Shell(environment, shell.out(), shell.err());
  }

  private void print(StoreFinding finding) {
    String word =
        switch (finding.status()) {
          case OK -> "ok     ";
          case DIFFERS -> "differs";
          case MISSING -> "MISSING";
        };
    String advice = finding.advice().isEmpty() ? "" : " - " + finding.advice();
    shell.out().println(word + "  " + finding.check() + ": " + finding.detail() + advice);
  }
}
