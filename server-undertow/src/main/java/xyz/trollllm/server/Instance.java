package xyz.trollllm.server;

import com.mongodb.client.MongoDatabase;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import xyz.trollllm.config.GatewayConfig;
import xyz.trollllm.config.UpstreamKeys;
import xyz.trollllm.proxy.RequestLog;
import xyz.trollllm.proxy.mongo.MongoAccountDirectory;

/**
 * A server with its journal, its ledger and its accounts on one database: what a process runs, and
 * the demo twice.
 */
public final class Instance implements AutoCloseable {
  /** How long a start waits for the store to settle what was left open. */
  private static final Duration RECOVERY_PATIENCE = Duration.ofSeconds(10);

  private final GatewayServer server;
  private final Books books;

  private Instance(GatewayServer server, Books books) {
    this.server = server;
    this.books = books;
  }

  /**
   * Starts an instance; it is ready when this returns. Before, it settles what the process before
   * left open, or as much of it as the store takes in time.
   *
   * @throws xyz.trollllm.billing.journal.JournalException if the journal cannot be used
   */
  public static Instance start(
      GatewayConfig config, UpstreamKeys keys, MongoDatabase database, RequestLog log) {
    Books books = Books.open(config, database);
    try {
      books.ledger().recover(config.instance()).await(RECOVERY_PATIENCE);
      Map<String, List<String>> apiKeys = new HashMap<>();
      config.upstreams().forEach((name, upstream) -> apiKeys.put(name, keys.of(upstream)));
      GatewayServer server =
          GatewayServer.start(
              config,
              apiKeys,
              new MongoAccountDirectory(database, Clock.systemUTC(), books.store()),
              books.ledger(),
              log,
              books.readiness(config.storeOutage()));
      return new Instance(server, books);
    } catch (RuntimeException e) {
      books.close();
      throw e;
    }
  }

  /** The port clients connect to. */
  public int clientPort() {
    return server.clientPort();
  }

  /** The port operators connect to. */
  public int opsPort() {
    return server.opsPort();
  }

  /** Finishes the requests under way, settles them, and stops. */
  @Override
  public void close() {
    server.close();
    books.close();
  }
}
