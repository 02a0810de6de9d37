package xyz.trollllm.server.cli;

import com.mongodb.MongoException;
import java.io.PrintWriter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;
import xyz.trollllm.billing.journal.JournalException;
import xyz.trollllm.config.InvalidConfigException;
import xyz.trollllm.server.GatewayServer.PortTakenException;
import xyz.trollllm.server.embedded.EmbeddedStoreException;

/** Turns what went wrong into sentences and exit codes. */
final class Failures {
  private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

  private Failures() {}

  static int wrongUsage(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    PrintWriter err = command.getErr();
    err.println("gateway: " + e.getMessage());
    if (!UnmatchedArgumentException.printSuggestions(e, err)) {
      command.usage(err);
    }
    err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
    return ExitCode.USAGE;
  }

  static int failed(Exception e, CommandLine command, ParseResult parsed) {
    PrintWriter err = command.getErr();
    return switch (e) {
      case CommandFailedException failure -> {
        err.println("gateway: " + failure.getMessage());
        yield failure.exitCode();
      }
      case InvalidConfigException invalid -> {
        err.println("gateway: " + invalid.getMessage());
        yield ExitCode.CONFIG;
      }
      case PortTakenException taken -> {
        err.println("gateway: " + taken.getMessage());
        yield ExitCode.UNAVAILABLE;
      }
      case MongoException failure -> {
        err.println("gateway: the database failed: " + failure.getMessage());
        yield ExitCode.UNAVAILABLE;
      }
      case JournalException unusable -> {
        err.println("gateway: " + unusable.getMessage());
        err.println(
            "Set JOURNAL_DIRECTORY, or \"directory\" of \"journal\" in the configuration, to a"
                + " directory that this instance alone can write to.");
        yield ExitCode.UNAVAILABLE;
      }
      case EmbeddedStoreException unusable -> {
        err.println("gateway: " + unusable.getMessage());
        yield ExitCode.UNAVAILABLE;
      }
      default -> {
        LOG.debug("command failed", e);
        err.println("gateway: failed unexpectedly: " + e);
        err.println("This is a bug. With LOG_LEVEL=DEBUG the output shows where it happened.");
        yield ExitCode.SOFTWARE;
      }
    };
  }
}
