package xyz.trollllm.server.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line as a whole. */
@Command(
    name = "gateway",
    mixinStandardHelpOptions = true,
    versionProvider = BuildInfo.class,
    synopsisSubcommandLabel = "COMMAND",
    description = "A metered proxy for Anthropic's Messages API and OpenAI's APIs.",
    commandListHeading = "%nCommands:%n",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:a vector or a smoke test failed, an audit found a difference, or a database differs",
      "64:the command line is wrong",
      "65:no such user, key or request, or not in that state",
      "69:the database, the gateway or something else that is needed does not answer",
      "70:a bug; please report it",
      "78:the configuration or the environment is wrong"
    },
    footer = {"", "'gateway COMMAND --help' tells more about a command."})
public final class GatewayCommand {
  private GatewayCommand() {}

  /** Runs one command and returns the exit code. */
  public static int run(Shell shell, String... args) {
    return commandLine(shell).execute(args);
  }

  private static CommandLine commandLine(Shell shell) {
    return new CommandLine(new GatewayCommand())
        .addSubcommand(new ServeCommand(shell))
        .addSubcommand(new BackendCommand(shell))
        .addSubcommand(new CheckCommand(shell))
        .addSubcommand(new AuditCommand(shell))
        .addSubcommand(new RefundCommand(shell))
        .addSubcommand(new VerifyStoreCommand(shell))
        .addSubcommand(new UserCommand(shell))
        .addSubcommand(new KeyCommand(shell))
        .addSubcommand(new DemoCommand(shell))
        .addSubcommand(new StandInCommand(shell))
        .addSubcommand(new VectorsCommand(shell))
        .addSubcommand(new SmokeCommand(shell))
        .setOut(shell.out())
        .setErr(shell.err())
        .setUsageHelpAutoWidth(true)
        .setParameterExceptionHandler(Failures::wrongUsage)
        .setExecutionExceptionHandler(Failures::failed);
  }
}
