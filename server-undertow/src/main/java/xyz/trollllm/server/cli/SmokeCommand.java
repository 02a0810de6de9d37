package xyz.trollllm.server.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import xyz.trollllm.config.ConfigLoader;
import xyz.trollllm.server.smoke.Expectation;
import xyz.trollllm.server.smoke.GatewayClient;
import xyz.trollllm.server.smoke.SmokeException;
import xyz.trollllm.server.smoke.SmokeReport;
import xyz.trollllm.server.smoke.SmokeRun;
import xyz.trollllm.server.vectors.SocketClient;

/** Sends one real request for each model, and looks whether it was charged as quoted. */
@Command(
    name = "smoke",
    mixinStandardHelpOptions = true,
    description = {
      "Sends one small, real request for each model through a gateway that runs, and compares what"
          + " it was charged with its tokens, the quoted prices, the ledger and the balance.",
      "The key is in the environment variable SMOKE_KEY; its user should do nothing else"
          + " meanwhile. It costs real money, which is printed. Exit code 1 means that a model was"
          + " not served or not charged right."
    })
final class SmokeCommand implements Callable<Integer> {
  static final String KEY = "SMOKE_KEY";

  private final Shell shell;

  @Option(
      names = "--url",
      paramLabel = "URL",
      required = true,
      description = "the gateway, without a path, such as https://chat2.trollllm.xyz")
  private URI url = URI.create("http://127.0.0.1");

  @Option(
      names = "--model",
      paramLabel = "ID",
      description = "try this model; may be repeated (default: all that /v1/models lists)")
  private List<String> models = List.of();

  @Option(
      names = "--expect-upstream",
      paramLabel = "NAME",
      description = "where requests must go, such as ohmygpt")
  private @Nullable String upstream;

  @Option(
      names = "--expect-field",
      paramLabel = "FIELD",
      description = "which credit field must pay: credits or creditsNew")
  private @Nullable String field;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "the instance's configuration file: its models, upstreams, credit fields and prices must"
              + " be those of the gateway")
  private @Nullable Path config;

  @Option(
      names = "--other-url",
      paramLabel = "URL",
      description = "another endpoint on the same database, whose credit field must not move")
  private @Nullable URI otherUrl;

  @Option(
      names = "--connect-to",
      paramLabel = "HOST[:PORT]",
      description =
          "connect there instead of asking for the URL's name: tries a domain before DNS leads to"
              + " it")
  private @Nullable String connectTo;

  @Option(
      names = "--cacert",
      paramLabel = "FILE",
      description = "trust the certificates in this PEM file instead of the usual authorities")
  private @Nullable Path cacert;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description = "how long one answer may take (default: ${DEFAULT-VALUE})")
  private int timeout;

  @Option(
      names = "--attempts",
      paramLabel = "NUMBER",
      defaultValue = "1",
      description =
          "how often to try a model until it is served, if it surely cost nothing (default:"
              + " ${DEFAULT-VALUE})")
  private int attempts;

  @Option(names = "--json", description = "one JSON object a model, and one for all")
  private boolean json;

  SmokeCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    if (timeout <= 0) {
      throw wrong("--timeout must be above 0, was " + timeout);
    }
    if (attempts <= 0) {
      throw wrong("--attempts must be above 0, was " + attempts);
    }
    String key = key();
    SSLSocketFactory tls = trust();
    Expectation expectation =
        new Expectation(
            upstream,
            field,
            config == null ? null : ConfigLoader.load(config, shell.environment()));
    GatewayClient other = otherUrl == null ? null : client("--other-url", otherUrl, tls, key);
    try {
      SmokeReport report =
          new SmokeRun(client("--url", url, tls, key), expectation, attempts).run(models, other);
      shell.out().print(json ? report.json() : report.text());
      shell.out().flush();
      return report.right() ? ExitCode.OK : ExitCode.FAILED;
    } catch (SmokeException e) {
      throw new CommandFailedException(exitCode(e), e.sentence());
    }
  }

  private static int exitCode(SmokeException e) {
    return switch (e.reason()) {
      case UNREACHABLE -> ExitCode.UNAVAILABLE;
      case KEY_REFUSED -> ExitCode.CONFIG;
    };
  }

  private String key() {
    String key = shell.environment().getOrDefault(KEY, "");
    if (!key.matches("[\\x21-\\x7e]+")) {
      throw new CommandFailedException(
          ExitCode.CONFIG,
          "environment variable "
              + KEY
              + " must hold the key of a user with credit"
              + (key.isEmpty() ? "" : ", and nothing that no header can carry"));
    }
    return key;
  }

  private GatewayClient client(String option, URI to, SSLSocketFactory tls, String key) {
    boolean usable =
        List.of("http", "https").contains(String.valueOf(to.getScheme()))
            && to.getHost() != null
            && List.of("", "/").contains(String.valueOf(to.getPath()));
    if (!usable) {
      throw wrong(option + " must be http:// or https:// with a host and no path, was " + to);
    }
    Duration patience = Duration.ofSeconds(timeout);
    InetSocketAddress address = SocketClient.addressOf(to);
    SocketClient socket =
        new SocketClient(
            to,
            connectTo == null ? address : addressToConnect(connectTo, address.getPort()),
            tls,
            patience);
    return new GatewayClient(to, socket, key, patience);
  }

  private static InetSocketAddress addressToConnect(String where, int usualPort) {
    URI parsed;
    try {
      parsed = URI.create("tcp://" + where);
    } catch (IllegalArgumentException _) {
      throw wrong("--connect-to must be HOST or HOST:PORT, was " + where);
    }
    if (parsed.getHost() == null || !parsed.getPath().isEmpty()) {
      throw wrong("--connect-to must be HOST or HOST:PORT, was " + where);
    }
    return InetSocketAddress.createUnresolved(
        parsed.getHost(), parsed.getPort() >= 0 ? parsed.getPort() : usualPort);
  }

  private SSLSocketFactory trust() {
    if (cacert == null) {
      return (SSLSocketFactory) SSLSocketFactory.getDefault();
    }
    try (InputStream in = Files.newInputStream(cacert)) {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      for (Certificate certificate :
          CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        store.setCertificateEntry("certificate-" + store.size(), certificate);
      }
      TrustManagerFactory trusting =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trusting.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trusting.getTrustManagers(), null);
      return context.getSocketFactory();
    } catch (IOException | GeneralSecurityException e) {
      throw new CommandFailedException(
          ExitCode.CONFIG, "--cacert " + cacert + " holds no certificates that can be read: " + e);
    }
  }

  private static CommandFailedException wrong(String message) {
    return new CommandFailedException(ExitCode.USAGE, message);
  }
}
