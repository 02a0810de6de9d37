package xyz.trollllm.server.cli;

import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import xyz.trollllm.server.vectors.ChargeHeader;
import xyz.trollllm.server.vectors.ChargeReading;
import xyz.trollllm.server.vectors.Matrix;
import xyz.trollllm.server.vectors.ReplayingUpstream;
import xyz.trollllm.server.vectors.SocketClient;
import xyz.trollllm.server.vectors.SpentCommand;
import xyz.trollllm.server.vectors.Vector;
import xyz.trollllm.server.vectors.VectorCase.Need;
import xyz.trollllm.server.vectors.VectorFolder;
import xyz.trollllm.server.vectors.VectorSuite;

/** Puts the published vectors to a gateway, ours or another. */
@Command(
    name = "vectors",
    mixinStandardHelpOptions = true,
    description = {
      "Puts the published test vectors to a running gateway: sends each vector's request, answers"
          + " in the place of its upstream with the recorded bytes, and compares what comes out.",
      "The gateway must have the vectors' price book and send its requests to --listen; see"
          + " vectors/README.md. Exit code 1 means that a vector failed."
    })
final class VectorsCommand implements Callable<Integer> {
  private static final Duration LAG = Duration.ofSeconds(5);

  private final Shell shell;

  @Option(
      names = "--url",
      paramLabel = "URL",
      required = true,
      description = "the gateway, without a path")
  private URI url = URI.create("http://127.0.0.1");

  @Option(names = "--key", paramLabel = "KEY", required = true, description = "a key with credit")
  private String key = "";

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:8020",
      description = "where the gateway's upstream is played (default: ${DEFAULT-VALUE})")
  private String listen = "";

  @Option(
      names = "--empty-key",
      paramLabel = "KEY",
      description = "a key whose user has no creditsNew and 10 USD of credits")
  private @Nullable String emptyKey;

  @Option(
      names = "--spent-command",
      paramLabel = "CMD",
      description =
          "prints what the keys have spent so far in USD, one amount a line; run by 'sh -c'")
  private @Nullable String spentCommand;

  @Option(
      names = "--charge-header",
      paramLabel = "NAME",
      description = "the header field of answers that tells the charge in USD")
  private @Nullable String chargeHeader;

  @Option(
      names = "--tolerance",
      paramLabel = "USD",
      defaultValue = "0",
      description = "by how much a charge may differ (default: ${DEFAULT-VALUE})")
  private BigDecimal tolerance = BigDecimal.ZERO;

  @Option(
      names = "--with",
      paramLabel = "NEED",
      split = ",",
      converter = NeedConverter.class,
      description =
          "what has been arranged at the gateway: tls-upstream, short-timeout, circuit-breaker,"
              + " inclusive-usage")
  private List<Need> with = List.of();

  @Option(
      names = "--only",
      paramLabel = "ID",
      split = ",",
      description = "run these vectors only, such as V01,V02")
  private List<String> only = List.of();

  @Option(
      names = "--folder",
      paramLabel = "DIR",
      description = "take the vectors from here instead of those that come with this program")
  private @Nullable Path folder;

  @Option(
      names = "--patience",
      paramLabel = "SECONDS",
      defaultValue = "30",
      description = "how long to wait for an answer (default: ${DEFAULT-VALUE})")
  private int patience;

  VectorsCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    List<Vector> vectors = chosen();
    SocketClient client = new SocketClient(url, Duration.ofSeconds(patience));
    try (ReplayingUpstream upstream = listen()) {
      VectorSuite suite =
          new VectorSuite(client, charges(), upstream, values(client), arranged(), tolerance);
      Matrix matrix = suite.run(vectors);
      shell.out().print(matrix.render(vectors));
      shell.out().flush();
      return VectorSuite.failed(matrix, vectors) ? ExitCode.FAILED : ExitCode.OK;
    }
  }

  private List<Vector> chosen() {
    if (folder != null && !Files.isDirectory(folder)) {
      throw new CommandFailedException(ExitCode.DATA, folder + " is not a folder");
    }
    List<Vector> all = folder == null ? VectorFolder.packaged() : VectorFolder.read(folder);
    Set<String> unknown = new TreeSet<>(only);
    all.forEach(vector -> unknown.remove(vector.id()));
    if (!unknown.isEmpty()) {
      throw new CommandFailedException(ExitCode.DATA, "there are no vectors " + unknown);
    }
    return all.stream().filter(vector -> only.isEmpty() || only.contains(vector.id())).toList();
  }

  private ReplayingUpstream listen() {
    int colon = listen.lastIndexOf(':');
    try {
      String host = listen.substring(0, Math.max(0, colon));
      int port = Integer.parseInt(listen.substring(colon + 1));
      return ReplayingUpstream.listen(new InetSocketAddress(host, port));
    } catch (IllegalArgumentException e) {
      throw new CommandFailedException(ExitCode.USAGE, "--listen must be HOST:PORT, was " + listen);
    } catch (UncheckedIOException e) {
      throw new CommandFailedException(
          ExitCode.UNAVAILABLE, "cannot listen on " + listen + ": " + e.getMessage());
    }
  }

  private ChargeReading charges() {
    if (spentCommand != null) {
      return new SpentCommand(spentCommand, LAG);
    }
    return chargeHeader == null ? ChargeReading.none() : new ChargeHeader(chargeHeader);
  }

  private Map<String, String> values(SocketClient client) {
    Map<String, String> values = new HashMap<>();
    values.put("host", client.host());
    values.put("key", key);
    values.put("unknown_key", "sk-unknown-to-everybody");
    values.put("empty_key", emptyKey == null ? "" : emptyKey);
    return values;
  }

  private Set<Need> arranged() {
    Set<Need> arranged = EnumSet.noneOf(Need.class);
    arranged.addAll(with);
    if (emptyKey != null) {
      arranged.add(Need.EMPTY_CREDIT);
    }
    return arranged;
  }
}
