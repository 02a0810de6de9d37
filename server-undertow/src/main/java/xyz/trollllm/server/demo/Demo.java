package xyz.trollllm.server.demo;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import xyz.trollllm.config.Api;
import xyz.trollllm.config.GatewayConfig;
import xyz.trollllm.config.UpstreamConfig;
import xyz.trollllm.config.UpstreamKeys;
import xyz.trollllm.server.BackendServer;
import xyz.trollllm.server.GatewayServer.PortTakenException;
import xyz.trollllm.server.Instance;
import xyz.trollllm.server.backend.EndpointFile;
import xyz.trollllm.server.embedded.EmbeddedStore;
import xyz.trollllm.server.logging.LineWriter;
import xyz.trollllm.server.standin.StandInUpstream;

/** Both instances, their price page, their store and their upstream, running in this process. */
public final class Demo implements AutoCloseable {
  private static final String CHAT = "config-openhands-prod.json";
  private static final String CHAT2 = "config-ohmygpt-prod.json";
  private static final String DATABASE = "trollllm";
  private static final Duration PAUSE_BETWEEN_EVENTS = Duration.ofMillis(25);
  private static final int MAX_WAITING_LINES = 1_000;
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);

  private final EmbeddedStore store;
  private final MongoClient client;
  private final DemoAccount account;
  private final StandInUpstream standIn;
  private final LineWriter log;
  private final Running chat;
  private final Running chat2;
  private final BackendServer backend;

  /**
   * One instance under way.
   *
   * @param otherPort whether its configured port was taken
   */
  record Running(GatewayConfig config, Instance instance, boolean otherPort) {}

  private Demo(Path data, Map<String, String> environment, OutputStream output) {
    store = EmbeddedStore.open(data.resolve("store"), 0);
    client = MongoClients.create(store.uri());
    MongoDatabase database = client.getDatabase(DATABASE);
    account = DemoAccount.prepare(database, data);
    standIn = standIn(environment);
    log = new LineWriter("request-log", output, MAX_WAITING_LINES, line -> {}, CLOSE_TIMEOUT);
    chat = start(data, CHAT, environment, database);
    chat2 = start(data, CHAT2, environment, database);
    backend = startBackend(data, environment);
  }

  /**
   * Starts everything.
   *
   * @param data where user, key and balances are kept between runs
   * @param environment may lead endpoints elsewhere, with {@code ENDPOINT_<NAME>_URL}
   * @param output where a line per request goes
   */
  public static Demo start(Path data, Map<String, String> environment, OutputStream output) {
    return new Demo(data, environment, output);
  }

  private static StandInUpstream standIn(Map<String, String> environment) {
    Set<String> keys = new TreeSet<>(Set.of(StandInUpstream.KEY));
    for (String file : List.of(CHAT, CHAT2)) {
      for (UpstreamConfig upstream : ShippedConfigs.load(file, environment).upstreams().values()) {
        String configured = environment.getOrDefault(upstream.apiKeyVariable(), "");
        keys.addAll(List.of(configured.split(",", -1)));
      }
    }
    return StandInUpstream.builder().keys(keys).pause(PAUSE_BETWEEN_EVENTS).start();
  }

  private Running start(
      Path data, String file, Map<String, String> environment, MongoDatabase database) {
    GatewayConfig shipped = ShippedConfigs.load(file, environment);
    Map<String, String> completed =
        new HashMap<>(StandInEnvironment.of(shipped, standIn.url(), environment));
    completed.put(
        "JOURNAL_DIRECTORY", data.resolve("journal").resolve(shipped.instance()).toString());
    GatewayConfig config = ShippedConfigs.load(file, completed);
    UpstreamKeys keys = UpstreamKeys.resolve(config, completed);
    ReadableRequestLog requests = new ReadableRequestLog(log);
    try {
      return new Running(config, Instance.start(config, keys, database, requests), false);
    } catch (PortTakenException e) {
      Map<String, String> anyPort = new HashMap<>(completed);
      anyPort.put("PORT", "0");
      anyPort.put("OPS_PORT", "0");
      GatewayConfig moved = ShippedConfigs.load(file, anyPort);
      return new Running(config, Instance.start(moved, keys, database, requests), true);
    }
  }

  private static BackendServer startBackend(Path data, Map<String, String> environment) {
    Path folder = data.resolve("goproxy");
    List<EndpointFile> files =
        EndpointFile.of(ShippedConfigs.path(CHAT, folder), ShippedConfigs.path(CHAT2, folder));
    // PORT is the instances'; whoever sets it does not expect this one to be anywhere.
    boolean anywhere = !environment.getOrDefault("PORT", "").isEmpty();
    try {
      return BackendServer.start(
          files, anywhere ? 0 : BackendServer.PORT, anywhere ? 0 : BackendServer.OPS_PORT);
    } catch (PortTakenException e) {
      return BackendServer.start(files, 0, 0);
    }
  }

  /** Where both endpoints are compared. */
  URI pricePage() {
    return URI.create("http://127.0.0.1:" + backend.clientPort() + "/endpoints");
  }

  /** What to tell whoever started this. */
  public String welcome() {
    return Welcome.text(this);
  }

  List<Running> instances() {
    return List.of(chat, chat2);
  }

  DemoAccount account() {
    return account;
  }

  /** Where tools find the data. */
  String databaseUri() {
    return store.uri() + "/" + DATABASE;
  }

  /** Whether {@code config} sends requests of {@code api} to the stand-in. */
  boolean usesStandIn(GatewayConfig config, Api api) {
    return config.upstreams().values().stream()
        .allMatch(upstream ->
            String.valueOf(upstream.endpoints().get(api)).startsWith(standIn.url().toString()));
  }

  /** Lets requests under way finish, then stops everything. */
  @Override
  public void close() {
    backend.close();
    chat.instance().close();
    chat2.instance().close();
    log.close();
    standIn.close();
    client.close();
    store.close();
  }
}
