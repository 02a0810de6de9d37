package xyz.trollllm.server;

import com.mongodb.client.MongoDatabase;
import java.math.BigDecimal;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import xyz.trollllm.billing.CreditLedger;
import xyz.trollllm.billing.GracedLedger;
import xyz.trollllm.billing.StoreState;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.billing.mongo.MongoCreditLedger;
import xyz.trollllm.billing.mongo.MongoLedgerIndexes;
import xyz.trollllm.billing.mongo.MongoLedgerOptions;
import xyz.trollllm.billing.mongo.StoreWatch;
import xyz.trollllm.config.GatewayConfig;
import xyz.trollllm.config.StoreOutage;
import xyz.trollllm.config.UpstreamKeys;
import xyz.trollllm.proxy.RequestLog;
import xyz.trollllm.proxy.mongo.MongoAccountDirectory;

/**
 * A server with its ledger and accounts on one database: what a process runs, and the demo twice.
 */
public final class Instance implements AutoCloseable {
  private final StoreWatch store;
  private final CreditLedger ledger;
  private final GatewayServer server;

  private Instance(StoreWatch store, CreditLedger ledger, GatewayServer server) {
    this.store = store;
    this.ledger = ledger;
    this.server = server;
  }

  /** Starts an instance; it is ready when this returns. */
  public static Instance start(
      GatewayConfig config, UpstreamKeys keys, MongoDatabase database, RequestLog log) {
    Map<String, List<String>> apiKeys = new HashMap<>();
    config.upstreams().forEach((name, upstream) -> apiKeys.put(name, keys.of(upstream)));
    MongoLedgerIndexes.create(database);
    StoreWatch store = StoreWatch.start(database);
    MongoCreditLedger kept =
        MongoCreditLedger.open(database, MongoLedgerOptions.of(config.instance()), store);
    CreditLedger ledger = graced(kept, config.storeOutage(), store);
    boolean refuses = config.storeOutage() instanceof StoreOutage.Refuse;
    Readiness readiness =
        () ->
            store
                .silentSince()
                .map(since -> new Readiness.Trouble("store", since, refuses, kept.unsettled()));
    try {
      GatewayServer server =
          GatewayServer.start(
              config,
              apiKeys,
              new MongoAccountDirectory(database, Clock.systemUTC(), store),
              ledger,
              log,
              readiness);
      return new Instance(store, ledger, server);
    } catch (RuntimeException e) {
      ledger.close();
      store.close();
      throw e;
    }
  }

  private static CreditLedger graced(CreditLedger ledger, StoreOutage policy, StoreState store) {
    return switch (policy) {
      case StoreOutage.Refuse _ -> ledger;
      case StoreOutage.Grace(BigDecimal usd) ->
          new GracedLedger(ledger, store, new Usd(usd), Clock.systemUTC());
    };
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
    store.close();
  }
}
