package xyz.trollllm.it;

import static xyz.trollllm.it.Eventually.eventually;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import xyz.trollllm.billing.HeldPort;

/**
 * A real nginx with the shipped configuration, in which only ports, paths and the resolver's
 * address are others. It begins with the placeholder certificate that the shipped script makes.
 */
final class Nginx implements AutoCloseable {
  static final String CHAT = "chat.trollllm.xyz";
  static final String CHAT2 = "chat2.trollllm.xyz";
  static final String CHAT_SERVICE = "goproxy-openhands";
  static final String CHAT2_SERVICE = "goproxy-ohmygpt";

  static final Path DEPLOY = Path.of(System.getProperty("gateway.deploy"));

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Pattern VERSION = Pattern.compile("nginx/1\\.(\\d+)\\.(\\d+)");

  private final Path folder;
  private final List<HeldPort> ports;
  private final Daemon daemon;

  private Nginx(Path folder, List<HeldPort> ports, Daemon daemon) {
    this.folder = folder;
    this.ports = ports;
    this.daemon = daemon;
  }

  /** As the other, with the configuration as it is shipped. */
  static Nginx start(NameServer names, int chatPort, int chat2Port) {
    return start(names, chatPort, chat2Port, UnaryOperator.identity());
  }

  /**
   * Starts nginx as the container does.
   *
   * @param names knows the services; asked as often as Docker's resolver would be
   * @param chatPort stands for 8004
   * @param chat2Port stands for 8005
   * @param change what else is to be different, such as a limit that is too high to be reached
   */
  static Nginx start(NameServer names, int chatPort, int chat2Port, UnaryOperator<String> change) {
    Programs.require("nginx", "-v");
    Programs.require("openssl", "version");
    Path folder = newFolder();
    List<HeldPort> held = Stream.generate(HeldPort::take).limit(3).toList();
    List<Integer> free = held.stream().map(HeldPort::number).toList();
    UnaryOperator<String> substituted =
        text ->
            change
                .apply(text)
                .replace("listen 80", "listen " + free.get(0))
                .replace("listen 443 ssl;", "listen " + free.get(1) + " ssl" + http2() + ";")
                .replace("listen 443 ssl default", "listen " + free.get(1) + " ssl default")
                .replace("127.0.0.1:8081", "127.0.0.1:" + free.get(2))
                .replace(" /tmp/", " " + folder + "/tmp/")
                .replace("/run/nginx.pid", folder + "/nginx.pid")
                .replace("/etc/letsencrypt", folder + "/letsencrypt")
                .replace("/var/www/certbot", folder + "/webroot")
                .replace(" 127.0.0.11 ", " 127.0.0.1:" + names.port() + " ")
                .replace(":8004;", ":" + chatPort + ";")
                .replace(":8005;", ":" + chat2Port + ";");
    copy(DEPLOY.resolve("nginx"), folder.resolve("nginx"), substituted);
    certificates(folder, Map.of(), "placeholder");
    Daemon daemon =
        Daemon.start(
            Map.of(
                "CERTIFICATE",
                folder.resolve("letsencrypt/live/trollllm.xyz/fullchain.pem").toString(),
                "CERTIFICATE_CHECK_SECONDS",
                "1"),
            List.of(
                "sh",
                folder.resolve("nginx/start.sh").toString(),
                "-c",
                folder.resolve("nginx/nginx.conf").toString()));
    Nginx nginx = new Nginx(folder, held, daemon);
    daemon.awaitLine(Pattern.compile("start worker process \\d"));
    return nginx;
  }

  /** Readable for the workers, which are somebody else. */
  private static Path newFolder() {
    try {
      Path folder = Files.createTempDirectory("gateway-it-nginx");
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
      Files.createDirectory(folder.resolve("tmp"));
      Files.createDirectory(folder.resolve("webroot"));
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean knowsHttp2Directive() {
    String version = Programs.finish(Map.of(), List.of("nginx", "-v")).output();
    return VERSION
        .matcher(version)
        .results()
        .anyMatch(found -> Integer.parseInt(found.group(1)) > 25);
  }

  /** How a listener speaks HTTP/2 where {@code include/h2-on.inc} cannot say so. */
  private static String http2() {
    return knowsHttp2Directive() ? "" : " http2";
  }

  private static void copy(Path from, Path to, UnaryOperator<String> substituted) {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (file.endsWith("h2-on.inc") && !knowsHttp2Directive()) {
          continue;
        }
        Path copy = to.resolve(from.relativize(file));
        Files.createDirectories(copy.getParent());
        Files.writeString(copy, substituted.apply(Files.readString(file)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs the shipped script on this nginx's certificate. */
  Programs.Finished certificates(Map<String, String> environment, String... arguments) {
    return certificates(folder, environment, arguments);
  }

  private static Programs.Finished certificates(
      Path folder, Map<String, String> environment, String... arguments) {
    List<String> command =
        new ArrayList<>(List.of("sh", DEPLOY.resolve("certificates.sh").toString()));
    command.addAll(List.of(arguments));
    Map<String, String> all = new HashMap<>(certificatesEnvironment(folder));
    all.putAll(environment);
    return Programs.finish(all, command);
  }

  Map<String, String> certificatesEnvironment() {
    return certificatesEnvironment(folder);
  }

  private static Map<String, String> certificatesEnvironment(Path folder) {
    return Map.of(
        "LETSENCRYPT_DIR", folder.resolve("letsencrypt").toString(),
        "ACME_WEBROOT", folder.resolve("webroot").toString(),
        "CERTBOT_WORK_DIR", folder.resolve("certbot-work").toString(),
        "CERTBOT_LOGS_DIR", folder.resolve("certbot-logs").toString());
  }

  Path folder() {
    return folder;
  }

  int httpPort() {
    return ports.get(0).number();
  }

  int httpsPort() {
    return ports.get(1).number();
  }

  Path certificate() {
    return folder.resolve("letsencrypt/live/trollllm.xyz/fullchain.pem");
  }

  /** A connection to a domain by HTTP/1.1 over TLS. */
  RawClient rawClient(String domain) throws IOException, GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, DomainClient.trustManagers(certificate()), null);
    Socket plain = connect(httpsPort());
    return new RawClient(context.getSocketFactory().createSocket(plain, domain, httpsPort(), true));
  }

  /** The access log so far. */
  List<JsonNode> accessLog() {
    return daemon.output().stream()
        .filter(line -> line.startsWith("{"))
        .map(JSON::readTree)
        .toList();
  }

  /** Waits for the line of a request to this path. */
  JsonNode awaitLogged(String path) {
    eventually(
        () -> accessLog().stream().anyMatch(line -> line.path("path").asString("").equals(path)),
        () -> "no line of " + path + " in " + output());
    return accessLog().stream()
        .filter(line -> line.path("path").asString("").equals(path))
        .findFirst()
        .orElseThrow();
  }

  /** Everything it ever said. */
  List<String> output() {
    return daemon.output();
  }

  Socket connect(int port) throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), port);
  }

  @Override
  public void close() {
    daemon.close();
    ports.forEach(HeldPort::close);
  }
}
