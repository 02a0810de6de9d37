package xyz.trollllm.billing.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static xyz.trollllm.config.CreditField.CREDITS;

import java.time.Instant;
import java.util.Date;
import org.bson.Document;
import org.bson.types.ObjectId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import xyz.trollllm.billing.CreditLedger;
import xyz.trollllm.billing.Hold;
import xyz.trollllm.billing.RequestHistory.HistoryUnavailableException;
import xyz.trollllm.billing.RequestHistoryContract;
import xyz.trollllm.billing.Requests;
import xyz.trollllm.config.CreditField;

/** The contract, kept while requests wait in the outbox and after they were drained from it. */
final class MongoRequestHistoryTest extends RequestHistoryContract {
  private final TestMongo mongo = TestMongo.start();
  private final FaultyStore store = new FaultyStore(new MongoLedgerStore(mongo.database()));
  private final MongoCreditLedger ledger =
      MongoCreditLedger.open(
          store,
          new KeyCounters(mongo.database()),
          MongoLedgerOptions.of("test").withoutUpkeep(),
          clock);

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
  protected void createUser(String userId) {
    mongo
        .database()
        .getCollection(Collections.USERS)
        .insertOne(new Document("_id", userId).append("credits", 1.0).append("creditsNew", 2.0));
  }

  @Override
  protected void setExpiry(String userId, CreditField field, Instant expiresAt) {
    mongo
        .database()
        .getCollection(Collections.USERS)
        .updateOne(
            new Document("_id", userId),
            new Document("$set", new Document(field.expiryField(), Date.from(expiresAt))));
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
  void rowsOfOtherProgramsAreLeftAlone() {
    addForeignRow(new ObjectId());
    addForeignRow("chatcmpl-1");

    assertThat(history().requests(USER, null, 10)).isEmpty();
    assertThat(history().request(USER, "chatcmpl-1")).isEmpty();
  }

  private void addForeignRow(Object id) {
    mongo
        .database()
        .getCollection(Collections.REQUEST_LOGS)
        .insertOne(
            new Document("_id", id)
                .append("userId", USER)
                .append("model", "claude-sonnet-4-5")
                .append("creditsCost", 0.25)
                .append("createdAt", Date.from(Instant.EPOCH)));
  }

  @Test
  void storeThatDoesNotAnswerIsNoHistory() {
    store.loseRequests(1);
    assertThatThrownBy(() -> history().account(USER))
        .isInstanceOf(HistoryUnavailableException.class);

    store.loseRequests(1);
    assertThatThrownBy(() -> history().request(USER, "req-1"))
        .isInstanceOf(HistoryUnavailableException.class);
  }

  @Test
  void requestIsSeenWhileItsRowStandsInBothPlaces() {
    Hold hold = reserve(USER, CREDITS, "0.5");
    settle(Requests.settlement(hold, "0.1"));
    store.makeAppendsUnclear(true);
    ledger.upkeep().drainOnce();

    assertThat(history().requests(USER, null, 10)).hasSize(1);
    assertThat(history().request(USER, hold.requestId())).isPresent();
  }
}
