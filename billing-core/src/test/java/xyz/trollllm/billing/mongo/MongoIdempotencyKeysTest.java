package xyz.trollllm.billing.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import xyz.trollllm.billing.CreditLedger;
import xyz.trollllm.billing.IdempotencyClaim;
import xyz.trollllm.billing.IdempotencyKeys;
import xyz.trollllm.billing.IdempotencyKeysContract;
import xyz.trollllm.billing.IdempotencyTable;
import xyz.trollllm.billing.StoreState;
import xyz.trollllm.billing.SwitchedState;

/** The contract, on a store whose clock nobody moves. */
final class MongoIdempotencyKeysTest extends IdempotencyKeysContract {
  private final TestMongo mongo = TestMongo.start();
  private final IdempotencyTable table =
      new MongoIdempotencyTable(mongo.database(), StoreState.ANSWERS);
  private final MongoCreditLedger ledger =
      MongoCreditLedger.open(
          mongo.database(), MongoLedgerOptions.of("test").withoutUpkeep(), clock);

  @BeforeEach
  void createIndexes() {
    MongoLedgerIndexes.create(mongo.database());
  }

  @AfterEach
  void close() {
    ledger.close();
    mongo.close();
  }

  @Override
  protected CreditLedger ledger() {
    return ledger;
  }

  @Override
  protected IdempotencyTable table() {
    return table;
  }

  @Override
  protected void createUser(String userId) {
    mongo
        .database()
        .getCollection(Collections.USERS)
        .insertOne(new Document("_id", userId).append("credits", 100.0));
  }

  @Override
  protected void releaseExpired() {
    ledger.upkeep().sweepOnce();
  }

  @Override
  protected void carryOn() {
    ledger.upkeep().drainOnce();
  }

  @Test
  void instancesOnOneDatabaseShareTheirKeys() {
    try (MongoCreditLedger other =
        MongoCreditLedger.open(
            mongo.database(), MongoLedgerOptions.of("other").withoutUpkeep(), clock)) {
      ledger.idempotencyKeys().claim(request("a"));

      assertThat(other.idempotencyKeys().claim(request("b")))
          .isEqualTo(new IdempotencyClaim.InFlight("a"));
    }
  }

  @Test
  void neitherKeyNorUserStandsInTheStore() {
    keys().claim(request("a"));

    List<Document> rows =
        mongo.database().getCollection(Collections.IDEMPOTENCY_KEYS).find().into(new ArrayList<>());
    assertThat(rows).hasSize(1);
    assertThat(rows.getFirst().toJson()).doesNotContain(KEY).doesNotContain(USER);
    assertThat(rows.getFirst().getString("_id")).matches("[0-9a-f]{64}");
  }

  @Test
  void keysOfAStoreThatIsKnownToBeSilentAreUnavailableAtOnce() {
    SwitchedState state = new SwitchedState();
    IdempotencyTable watched = new MongoIdempotencyTable(mongo.database(), state);
    state.silence();

    assertThat(IdempotencyKeys.of(watched, ledger.history(), clock).claim(request("a")))
        .isInstanceOf(IdempotencyClaim.Unavailable.class);
    assertThat(table.find(request("a").keyHash())).isEmpty();
  }

  @Test
  void upkeepForgetsKeys() {
    clock.move(Duration.ofHours(-25));
    keys().claim(request("a"));
    clock.move(Duration.ofHours(25));

    ledger.upkeep().removeOnce();

    assertThat(table.find(request("a").keyHash())).isEmpty();
  }
}
