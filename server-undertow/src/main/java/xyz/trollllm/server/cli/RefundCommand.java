package xyz.trollllm.server.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import xyz.trollllm.billing.mongo.Refunded;
import xyz.trollllm.billing.mongo.Refunds;

/** Reverses one charge. */
@Command(
    name = "refund",
    mixinStandardHelpOptions = true,
    description = {
      "Gives back what was charged for one request: once, however often it is asked for, and"
          + " visibly, as a record of its own. May be used while instances run. Needs MONGODB_URI."
    })
final class RefundCommand implements Callable<Integer> {
  private static final String INSTANCE = "command-line";

  private final Shell shell;

  @Parameters(paramLabel = "REQUEST_ID", description = "the 'request-id' of the answer")
  private String requestId = "";

  @Option(names = "--reason", paramLabel = "TEXT", description = "kept in the record")
  private String reason = "";

  @Option(
      names = "--by",
      paramLabel = "NAME",
      description = "who does it (default: the user of this machine)")
  private @Nullable String by;

  RefundCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    String who = by != null ? by : shell.environment().getOrDefault("USER", "");
    try (Database database = Database.connect(shell)) {
      say(new Refunds(database.database(), INSTANCE).refund(requestId, who, reason));
    }
    return ExitCode.OK;
  }

  private void say(Refunded refunded) {
    switch (refunded) {
      case Refunded.Done done ->
          shell
              .out()
              .printf(
                  "gave %s USD back to %s (%s)%n",
                  done.charge(), done.userId(), done.field().balanceField());
      case Refunded.DoneBefore before ->
          shell
              .out()
              .printf(
                  "%s USD were given back to %s at %s; nothing was changed%n",
                  before.charge(), before.userId(), before.at());
      case Refunded.UnderWay _ -> throw failure("request %s is under way; ask again when it ended");
      case Refunded.NothingCharged _ -> throw failure("nothing was charged for request %s");
      case Refunded.UnknownRequest _ -> throw failure("there is no request %s");
      case Refunded.UnknownUser _ -> throw failure("the user of request %s is gone");
      case Refunded.NotInTime _ ->
          throw new CommandFailedException(
              ExitCode.UNAVAILABLE,
              "the database did not take the refund in time; nothing was given back. Does its"
                  + " clock differ from this machine's?");
    }
  }

  private CommandFailedException failure(String sentence) {
    return new CommandFailedException(ExitCode.DATA, sentence.formatted(requestId));
  }
}
