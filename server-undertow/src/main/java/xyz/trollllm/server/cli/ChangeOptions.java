package xyz.trollllm.server.cli;

import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import xyz.trollllm.billing.mongo.CreditChanges;

/** Who changes what belongs to a user, why, and as which operation. */
final class ChangeOptions {
  @Option(
      names = "--id",
      paramLabel = "ID",
      description = {
        "names the operation, such as an invoice: repeated under its id it changes nothing",
        "(default: a new one)"
      })
  private @Nullable String id;

  @Option(names = "--reason", paramLabel = "TEXT", description = "kept with the change")
  private String reason = "";

  @Option(
      names = "--by",
      paramLabel = "NAME",
      description = "who does it (default: the user of this machine)")
  private @Nullable String by;

  CreditChanges.Note note(Shell shell) {
    String who = by != null ? by : shell.environment().getOrDefault("USER", "");
    return new CreditChanges.Note(id != null ? id : UUID.randomUUID().toString(), who, reason);
  }
}
