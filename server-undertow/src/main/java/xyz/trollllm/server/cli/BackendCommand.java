package xyz.trollllm.server.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import xyz.trollllm.server.BackendServer;
import xyz.trollllm.server.backend.EndpointFile;

/** Serves the prices of both endpoints until it is told to stop. */
@Command(
    name = "backend",
    mixinStandardHelpOptions = true,
    description = {
      "Serves models and prices of both endpoints side by side: /endpoints for people,"
          + " /endpoints.json for programs. The endpoints' configuration files are"
          + " GOPROXY_OPENHANDS_CONFIG_PATH and GOPROXY_OHMYGPT_CONFIG_PATH, or the options; they"
          + " are read again when they change.",
      "Needs neither keys nor a database."
    })
final class BackendCommand implements Callable<Integer> {
  private static final String OPENHANDS = "GOPROXY_OPENHANDS_CONFIG_PATH";
  private static final String OHMYGPT = "GOPROXY_OHMYGPT_CONFIG_PATH";
  private static final String CHAT = EndpointFile.CHAT_SERVICE;
  private static final String CHAT2 = EndpointFile.CHAT2_SERVICE;
  private static final String NOT_SET = " is not set; it names the configuration file of ";
  private static final int OPS_PORT_OFFSET = BackendServer.OPS_PORT - BackendServer.PORT;
  private static final int HIGHEST_PORT = 65_535;

  private final Shell shell;

  @Option(
      names = "--openhands",
      paramLabel = "FILE",
      description = "the configuration of goproxy-openhands")
  private @Nullable Path openhands;

  @Option(
      names = "--ohmygpt",
      paramLabel = "FILE",
      description = "the configuration of goproxy-ohmygpt")
  private @Nullable Path ohmygpt;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "where it listens (default: PORT, else 8006); 0 takes any free port")
  private @Nullable Integer port;

  @Option(
      names = "--ops-port",
      paramLabel = "PORT",
      description = "where operators ask on loopback (default: OPS_PORT, else the port and 1000)")
  private @Nullable Integer opsPort;

  BackendCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() throws InterruptedException {
    List<EndpointFile> files = files();
    int clients = port(port, "PORT", BackendServer.PORT);
    int operators = port(opsPort, "OPS_PORT", clients == 0 ? 0 : clients + OPS_PORT_OFFSET);
    try (StopSignal stop = StopSignal.open();
        BackendServer server = BackendServer.start(files, clients, operators)) {
      shell.err().printf("listening client=%d ops=%d%n", server.clientPort(), server.opsPort());
      stop.await();
    }
    return ExitCode.OK;
  }

  private List<EndpointFile> files() {
    Path first = path(openhands, OPENHANDS);
    Path second = path(ohmygpt, OHMYGPT);
    if (first != null && second != null) {
      return EndpointFile.of(first, second);
    }
    String missing =
        first == null && second == null
            ? OPENHANDS
                + " and "
                + OHMYGPT
                + " are not set; they name the configuration files of "
                + CHAT
                + " and "
                + CHAT2
            : first == null ? OPENHANDS + NOT_SET + CHAT : OHMYGPT + NOT_SET + CHAT2;
    throw new CommandFailedException(ExitCode.CONFIG, missing);
  }

  private @Nullable Path path(@Nullable Path option, String variable) {
    if (option != null) {
      return option;
    }
    String value = shell.environment().getOrDefault(variable, "");
    return value.isBlank() ? null : Path.of(value);
  }

  private int port(@Nullable Integer option, String variable, int otherwise) {
    String text =
        option != null ? option.toString() : shell.environment().getOrDefault(variable, "");
    if (text.isEmpty()) {
      return otherwise;
    }
    if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) > HIGHEST_PORT) {
      throw new CommandFailedException(
          ExitCode.CONFIG,
          "%s must be a whole number from 0 to %d, was \"%s\""
              .formatted(variable, HIGHEST_PORT, text));
    }
    return Integer.parseInt(text);
  }
}
