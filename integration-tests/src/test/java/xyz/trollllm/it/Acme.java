package xyz.trollllm.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import xyz.trollllm.billing.HeldPort;

/** A real certificate authority for tests, pebble, which proves domains through one nginx. */
final class Acme implements AutoCloseable {
  private final Path folder;
  private final HeldPort port;
  private final HeldPort managementPort;
  private final Daemon daemon;

  private Acme(Path folder, HeldPort port, HeldPort managementPort, Daemon daemon) {
    this.folder = folder;
    this.port = port;
    this.managementPort = managementPort;
    this.daemon = daemon;
  }

  /**
   * Starts the authority.
   *
   * @param names where it looks the domains up
   * @param httpPort stands for port 80 of the domains
   */
  static Acme start(NameServer names, int httpPort) {
    Programs.require("sh", "-c", "command -v pebble");
    Programs.require("certbot", "--version");
    HeldPort port = HeldPort.take();
    HeldPort managementPort = HeldPort.take();
    try {
      Path folder = Files.createTempDirectory("gateway-it-acme");
      Programs.run(
          folder,
          List.of(
              "openssl",
              "req",
              "-x509",
              "-newkey",
              "rsa:2048",
              "-nodes",
              "-days",
              "2",
              "-subj",
              "/CN=authority",
              "-addext",
              "subjectAltName=IP:127.0.0.1",
              "-keyout",
              "key.pem",
              "-out",
              "cert.pem"));
      Path config =
          Files.writeString(
              folder.resolve("pebble.json"),
              """
              {"pebble":{"listenAddress":"127.0.0.1:%d","managementListenAddress":"127.0.0.1:%d",
              "certificate":"%s/cert.pem","privateKey":"%s/key.pem","httpPort":%d,"tlsPort":443}}
              """
                  .formatted(port.number(), managementPort.number(), folder, folder, httpPort));
      Daemon daemon =
          Daemon.start(
              Map.of("PEBBLE_VA_NOSLEEP", "1", "PEBBLE_WFE_NONCEREJECT", "0"),
              List.of(
                  "pebble",
                  "-config",
                  config.toString(),
                  "-dnsserver",
                  "127.0.0.1:" + names.port()));
      daemon.awaitLine(Pattern.compile("ACME directory available"));
      return new Acme(folder, port, managementPort, daemon);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What makes the shipped script turn to this authority. */
  Map<String, String> environment() {
    return Map.of(
        "ACME_SERVER",
        "https://127.0.0.1:" + port.number() + "/dir",
        "REQUESTS_CA_BUNDLE",
        folder.resolve("cert.pem").toString());
  }

  /** The certificate that all of its certificates rest on. */
  Path root() throws IOException {
    OkHttpClient client = DomainClient.httpClient(folder.resolve("cert.pem"));
    Request request =
        new Request.Builder()
            .url("https://127.0.0.1:" + managementPort.number() + "/roots/0")
            .build();
    try (Response response = client.newCall(request).execute()) {
      return Files.writeString(folder.resolve("root.pem"), response.body().string());
    }
  }

  @Override
  public void close() {
    daemon.close();
    port.close();
    managementPort.close();
  }
}
