package xyz.trollllm.server.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import xyz.trollllm.server.demo.Demo;

/** Runs everything in one process until it is told to stop. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description = {
      "Runs both instances in this process, with a store, a user with credit and an upstream that"
          + " costs nothing, and shows what to paste to try them. Nothing leaves this machine,"
          + " unless ENDPOINT_<NAME>_URL leads an endpoint elsewhere."
    })
final class DemoCommand implements Callable<Integer> {
  private final Shell shell;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "where user, key and balances are kept (default: ${DEFAULT-VALUE})")
  private Path data = Path.of(".gateway", "demo");

  DemoCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() throws InterruptedException {
    try (StopSignal stop = StopSignal.open();
        Demo demo =
            Demo.start(data, shell.environment(), new FileOutputStream(FileDescriptor.out))) {
      shell.out().print(demo.welcome());
      shell.out().flush();
      stop.await();
    }
    return ExitCode.OK;
  }
}
