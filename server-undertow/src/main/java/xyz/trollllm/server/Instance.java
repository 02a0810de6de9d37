package xyz.trollllm.server;

import com.mongodb.client.MongoDatabase;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import xyz.trollllm.billing.mongo.MongoCreditLedger;
import xyz.trollllm.billing.mongo.MongoLedgerIndexes;
import xyz.trollllm.billing.mongo.MongoLedgerOptions;
import xyz.trollllm.config.GatewayConfig;
import xyz.trollllm.config.UpstreamKeys;
import xyz.trollllm.proxy.RequestLog;
import xyz.trollllm.proxy.mongo.MongoAccountDirectory;

/**
 * A server with its ledger and accounts on one database: what a process runs, and the demo twice.
 */
public final class Instance implements AutoCloseable {
  private final MongoCreditLedger ledger;
  private final GatewayServer server;

  private Instance(MongoCreditLedger ledger, GatewayServer server) {
    this.ledger = ledger;
    this.server = server;
  }

  /** Starts an instance; it is ready when this returns. */
  public static Instance start(
      GatewayConfig config, UpstreamKeys keys, MongoDatabase database, RequestLog log) {
    Map<String, List<String>> apiKeys = new HashMap<>();
    config.upstreams().forEach((name, upstream) -> apiKeys.put(name, keys.of(upstream)));
    MongoLedgerIndexes.create(database);
    MongoCreditLedger ledger =
        MongoCreditLedger.open(database, MongoLedgerOptions.of(config.instance()));
    try {
      GatewayServer server =
          GatewayServer.start(
              config, apiKeys, new MongoAccountDirectory(database, Clock.systemUTC()), ledger, log);
      return new Instance(ledger, server);
    } catch (RuntimeException e) {
      ledger.close();
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
    ledger.close();
  }
}
