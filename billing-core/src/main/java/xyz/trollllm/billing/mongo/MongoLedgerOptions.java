package xyz.trollllm.billing.mongo;

import java.time.Duration;

/**
 * How a {@link MongoCreditLedger} behaves.
 *
 * @param instance the id of this process in holds and outbox entries
 * @param reserveWindow how long after it was asked for a hold may still be set; bounds how long a
 *     reservation takes
 * @param maxOpenHolds requests in flight of one user on all instances together
 * @param extension how far {@code extend} moves a hold's expiry from now
 * @param closeTimeout how long {@code close} waits for the store
 * @param upkeepInterval how often the outbox is emptied in the background; zero means never
 */
public record MongoLedgerOptions(
    String instance,
    Duration reserveWindow,
    int maxOpenHolds,
    Duration extension,
    Duration closeTimeout,
    Duration upkeepInterval) {

  /** What production uses. */
  public static MongoLedgerOptions of(String instance) {
    return new MongoLedgerOptions(
        instance,
        Duration.ofSeconds(10),
        2_000,
        Duration.ofMinutes(10),
        Duration.ofSeconds(20),
        Duration.ofMillis(250));
  }

  public MongoLedgerOptions withInstance(String name) {
    return new MongoLedgerOptions(
        name, reserveWindow, maxOpenHolds, extension, closeTimeout, upkeepInterval);
  }

  public MongoLedgerOptions withMaxOpenHolds(int limit) {
    return new MongoLedgerOptions(
        instance, reserveWindow, limit, extension, closeTimeout, upkeepInterval);
  }

  public MongoLedgerOptions withCloseTimeout(Duration timeout) {
    return new MongoLedgerOptions(
        instance, reserveWindow, maxOpenHolds, extension, timeout, upkeepInterval);
  }

  /** Without upkeep in the background: whoever uses the ledger runs it. */
  public MongoLedgerOptions withoutUpkeep() {
    return new MongoLedgerOptions(
        instance, reserveWindow, maxOpenHolds, extension, closeTimeout, Duration.ZERO);
  }
}
