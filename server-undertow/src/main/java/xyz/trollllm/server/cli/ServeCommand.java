package xyz.trollllm.server.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import xyz.trollllm.config.ConfigLoader;
import xyz.trollllm.config.GatewayConfig;
import xyz.trollllm.config.LoadedConfig;
import xyz.trollllm.config.UpstreamKeys;
import xyz.trollllm.server.Instance;
import xyz.trollllm.server.JsonRequestLog;
import xyz.trollllm.server.logging.RecordLines;

/** Runs one instance until it is told to stop. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    description = {
      "Runs one instance. Its configuration file is CONFIG_PATH (default /app/config.json) or"
          + " --config; MONGODB_URI names the database, and each upstream's key is in the"
          + " variable that the configuration names, such as OPENHANDS_API_KEY.",
      "The database must be a replica set, unless ALLOW_STANDALONE_MONGODB is true.",
      "Standard output is the request log, one JSON line a request."
    })
final class ServeCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(ServeCommand.class);
  private static final String DEFAULT_CONFIG = "/app/config.json";
  private static final String MAX_SPILL_BYTES = "REQUEST_LOG_SPILL_MAX_BYTES";

  private final Shell shell;

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "the instance's configuration file")
  private @Nullable Path config;

  ServeCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() throws InterruptedException {
    LoadedConfig loaded = ConfigLoader.loadWithWarnings(configFile(), shell.environment());
    loaded.warnings().forEach(warning -> LOG.warn("{}: {}", loaded.source(), warning));
    GatewayConfig valid = loaded.config();
    UpstreamKeys keys = UpstreamKeys.resolve(valid, shell.environment());
    try (StopSignal stop = StopSignal.open();
        Database database = Database.connectToServe(shell);
        RecordLines lines =
            new RecordLines(
                new FileOutputStream(FileDescriptor.out), spillFile(valid), maxSpillBytes());
        Instance instance =
            Instance.start(valid, keys, database.database(), new JsonRequestLog(lines::write))) {
      shell.err().printf("listening client=%d ops=%d%n", instance.clientPort(), instance.opsPort());
      stop.await();
    }
    return ExitCode.OK;
  }

  private Path configFile() {
    return config != null
        ? config
        : Path.of(shell.environment().getOrDefault("CONFIG_PATH", DEFAULT_CONFIG));
  }

  /**
   * Where request records go while standard output does not take them: beside the journal, since
   * that folder outlives the process and its container.
   */
  private Path spillFile(GatewayConfig valid) {
    String directory = shell.environment().get("REQUEST_LOG_SPILL_DIR");
    return (directory == null ? valid.journal().directory() : Path.of(directory))
        .resolve("gateway-" + valid.instance() + "-requests.ndjson");
  }

  /** So much of the disk that the journal needs may go to request records. */
  private long maxSpillBytes() {
    String text = shell.environment().getOrDefault(MAX_SPILL_BYTES, "");
    if (text.isEmpty()) {
      return RecordLines.MAX_SPILL_BYTES;
    }
    if (!text.matches("[0-9]{1,15}")) {
      throw new CommandFailedException(
          ExitCode.CONFIG,
          "%s must be a whole number of bytes, was \"%s\"".formatted(MAX_SPILL_BYTES, text));
    }
    return Long.parseLong(text);
  }
}
