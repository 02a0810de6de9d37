package xyz.trollllm.server.cli;

import java.net.BindException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import xyz.trollllm.server.standin.StandInUpstream;

/** Runs the stand-in upstream alone, for benchmarks and for trying a configuration. */
@Command(
    name = "stand-in",
    mixinStandardHelpOptions = true,
    description = {
      "Runs an upstream on this machine that speaks both APIs, costs nothing and answers with as"
          + " many words as it is asked for ('in 200 words'). Lead an instance to it with"
          + " ENDPOINT_<NAME>_URL."
    })
final class StandInCommand implements Callable<Integer> {
  private final Shell shell;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "0",
      description = "0, the default, takes any free port")
  private int port;

  @Option(
      names = "--pause-ms",
      paramLabel = "MS",
      defaultValue = "0",
      description = "between two events of a stream (default: ${DEFAULT-VALUE})")
  private long pauseMillis;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "1",
      description = "that serve (default: ${DEFAULT-VALUE})")
  private int threads;

  @Option(
      names = "--key",
      paramLabel = "KEY",
      defaultValue = StandInUpstream.KEY,
      description = "the key it accepts; may be repeated (default: ${DEFAULT-VALUE})")
  private List<String> keys = List.of();

  StandInCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() throws InterruptedException {
    try (StopSignal stop = StopSignal.open();
        StandInUpstream standIn = start()) {
      shell.err().println("listening " + standIn.url());
      stop.await();
    }
    return ExitCode.OK;
  }

  private StandInUpstream start() {
    try {
      return StandInUpstream.builder()
          .port(port)
          .ioThreads(threads)
          .keys(Set.copyOf(keys))
          .pause(Duration.ofMillis(pauseMillis))
          .start();
    } catch (RuntimeException e) {
      if (e.getCause() instanceof BindException) {
        throw new CommandFailedException(
            ExitCode.UNAVAILABLE, "port " + port + " is in use by another program");
      }
      throw e;
    }
  }
}
