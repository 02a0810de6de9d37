package xyz.trollllm.server;

import com.mongodb.client.MongoDatabase;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import xyz.trollllm.billing.CreditLedger;
import xyz.trollllm.billing.GracedLedger;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.billing.journal.JournalOptions;
import xyz.trollllm.billing.journal.JournaledLedger;
import xyz.trollllm.billing.journal.RequestJournal;
import xyz.trollllm.billing.mongo.MongoCreditLedger;
import xyz.trollllm.billing.mongo.MongoLedgerIndexes;
import xyz.trollllm.billing.mongo.MongoLedgerOptions;
import xyz.trollllm.billing.mongo.StoreWatch;
import xyz.trollllm.config.GatewayConfig;
import xyz.trollllm.config.JournalConfig;
import xyz.trollllm.config.StoreOutage;

/** The ledger of one instance, with its journal and with what it knows of its store. */
final class Books implements AutoCloseable {
  private static final Duration SYNC_EVERY = Duration.ofMillis(25);

  private final RequestJournal journal;
  private final StoreWatch store;
  private final MongoCreditLedger kept;
  private final JournaledLedger ledger;

  private Books(
      RequestJournal journal, StoreWatch store, MongoCreditLedger kept, JournaledLedger ledger) {
    this.journal = journal;
    this.store = store;
    this.kept = kept;
    this.ledger = ledger;
  }

  /**
   * Opens the books of an instance in {@code database}, which belongs to the caller.
   *
   * @throws xyz.trollllm.billing.journal.JournalException if the journal cannot be used
   */
  static Books open(GatewayConfig config, MongoDatabase database) {
    RequestJournal journal = RequestJournal.open(options(config.journal()));
    try {
      MongoLedgerIndexes.create(database);
      return open(config, database, journal, StoreWatch.start(database));
    } catch (RuntimeException e) {
      journal.close();
      throw e;
    }
  }

  private static Books open(
      GatewayConfig config, MongoDatabase database, RequestJournal journal, StoreWatch store) {
    try {
      MongoCreditLedger kept =
          MongoCreditLedger.open(database, MongoLedgerOptions.of(config.instance()), store);
      CreditLedger graced = graced(kept, config.storeOutage(), store);
      return new Books(
          journal, store, kept, new JournaledLedger(journal, graced, Clock.systemUTC()));
    } catch (RuntimeException e) {
      store.close();
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

  private static CreditLedger graced(CreditLedger ledger, StoreOutage policy, StoreWatch store) {
    return switch (policy) {
      case StoreOutage.Refuse _ -> ledger;
      case StoreOutage.Grace(BigDecimal usd) ->
          new GracedLedger(ledger, store, new Usd(usd), Clock.systemUTC());
    };
  }

  JournaledLedger ledger() {
    return ledger;
  }

  StoreWatch store() {
    return store;
  }

  /** What speaks against new requests: the journal cannot be written, or the store is silent. */
  Readiness readiness(StoreOutage policy) {
    boolean refuses = policy instanceof StoreOutage.Refuse;
    return () ->
        journal.isHealthy()
            ? store
                .silentSince()
                .map(since -> new Readiness.Trouble("store", since, refuses, kept.unsettled()))
            : Optional.of(new Readiness.Trouble("journal", null, true, kept.unsettled()));
  }

  /** Finishes what is under way; what the store does not take stays in the journal. */
  @Override
  public void close() {
    ledger.close();
    store.close();
    journal.close();
  }
}
