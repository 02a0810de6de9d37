package xyz.trollllm.server;

import com.mongodb.client.MongoDatabase;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import xyz.trollllm.billing.journal.JournalOptions;
import xyz.trollllm.billing.journal.JournaledLedger;
import xyz.trollllm.billing.journal.RequestJournal;
import xyz.trollllm.billing.mongo.MongoCreditLedger;
import xyz.trollllm.billing.mongo.MongoLedgerIndexes;
import xyz.trollllm.billing.mongo.MongoLedgerOptions;
import xyz.trollllm.config.GatewayConfig;
import xyz.trollllm.config.JournalConfig;
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

  private static final Duration SYNC_EVERY = Duration.ofMillis(25);

  private final RequestJournal journal;
  private final JournaledLedger ledger;
  private final GatewayServer server;

  private Instance(RequestJournal journal, JournaledLedger ledger, GatewayServer server) {
    this.journal = journal;
    this.ledger = ledger;
    this.server = server;
  }

  /**
   * Starts an instance; it is ready when this returns. Before, it settles what the process before
   * left open, or as much of it as the store takes in time.
   *
   * @throws xyz.trollllm.billing.journal.JournalException if the journal cannot be used
   */
  public static Instance start(
      GatewayConfig config, UpstreamKeys keys, MongoDatabase database, RequestLog log) {
    RequestJournal journal = RequestJournal.open(options(config.journal()));
    try {
      MongoLedgerIndexes.create(database);
      JournaledLedger ledger =
          new JournaledLedger(
              journal,
              MongoCreditLedger.open(database, MongoLedgerOptions.of(config.instance())),
              Clock.systemUTC());
      return start(config, keys, database, log, journal, ledger);
    } catch (RuntimeException e) {
      journal.close();
      throw e;
    }
  }

  private static Instance start(
      GatewayConfig config,
      UpstreamKeys keys,
      MongoDatabase database,
      RequestLog log,
      RequestJournal journal,
      JournaledLedger ledger) {
    Map<String, List<String>> apiKeys = new HashMap<>();
    config.upstreams().forEach((name, upstream) -> apiKeys.put(name, keys.of(upstream)));
    try {
      ledger.recover(config.instance()).await(RECOVERY_PATIENCE);
      GatewayServer server =
          GatewayServer.start(
              config, apiKeys, new MongoAccountDirectory(database, Clock.systemUTC()), ledger, log);
      return new Instance(journal, ledger, server);
    } catch (RuntimeException e) {
      ledger.close();
      throw e;
    }
  }

  private static JournalOptions options(JournalConfig config) {
    Duration syncEvery =
        switch (config.sync()) {
          case NONE -> Duration.ZERO;
          case GROUP -> SYNC_EVERY;
        };
    return new JournalOptions(config.directory(), config.segmentBytes(), syncEvery);
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
    journal.close();
  }
}
