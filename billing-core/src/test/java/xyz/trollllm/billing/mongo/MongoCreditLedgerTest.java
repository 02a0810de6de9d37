package xyz.trollllm.billing.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import xyz.trollllm.billing.CreditLedger;
import xyz.trollllm.billing.CreditLedgerContract;
import xyz.trollllm.billing.Hold;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.CreditField;

/** The contract, kept on MongoDB for a user who knows nothing of this gateway yet. */
class MongoCreditLedgerTest extends CreditLedgerContract {
  private static final MongoLedgerOptions BUSY =
      new MongoLedgerOptions(
          "busy",
          Duration.ofSeconds(1),
          100,
          Duration.ofMinutes(1),
          Duration.ofSeconds(20),
          Duration.ofMillis(100));

  private final TestMongo mongo = TestMongo.start();
  private final MongoCollection<Document> users = mongo.database().getCollection("usersNew");
  final MongoCreditLedger ledger =
      MongoCreditLedger.open(
          mongo.database(), MongoLedgerOptions.of("test").withoutUpkeep(), clock);

  final MongoCreditLedger busyLedger = MongoCreditLedger.open(mongo.database(), BUSY, clock);

  @BeforeEach
  void createIndexes() {
    MongoLedgerIndexes.create(mongo.database());
  }

  @AfterEach
  void closeAndAudit() {
    busyLedger.close();
    ledger.close();
    try (mongo) {
      assertThat(new LedgerAudit(mongo.database()).run().differences()).isEmpty();
    }
  }

  final MongoDatabase mongo() {
    return mongo.database();
  }

  @Override
  protected CreditLedger ledger() {
    return ledger;
  }

  @Override
  protected CreditLedger busyLedger() {
    return busyLedger;
  }

  @Override
  protected void giveCredit(String credits, String creditsNew) {
    users.insertOne(
        new Document("_id", USER)
            .append("credits", Double.parseDouble(credits))
            .append("creditsNew", Double.parseDouble(creditsNew)));
  }

  @Override
  protected void setExpiry(CreditField field, Instant expiresAt) {
    set(field.expiryField(), Date.from(expiresAt));
  }

  @Override
  protected void disableUser() {
    set("isActive", false);
  }

  private void set(String name, Object value) {
    users.updateOne(new Document("_id", USER), new Document("$set", new Document(name, value)));
  }

  @Override
  protected Usd balance(CreditField field) {
    return LegacyDollars.usd(user().get(field.balanceField(), Number.class));
  }

  @Override
  protected Usd held(CreditField field) {
    return Usd.ofNanos(Documents.count(user(), Paths.held(field)));
  }

  @Override
  protected Usd spent(CreditField field) {
    return Usd.ofNanos(Documents.count(user(), Paths.spent(field)));
  }

  private Document user() {
    Document user = users.find(new Document("_id", USER)).first();
    assertThat(user).isNotNull();
    return user;
  }

  @Override
  protected void releaseExpired() {
    ledger.upkeep().sweepOnce();
  }

  @Override
  protected void extend(Hold hold) {
    String path = Paths.hold(hold.requestId()) + ".x";
    Instant extended = hold.expiresAt();
    super.extend(hold);
    Eventually.holds(() -> {
      Date expiry = Documents.at(user(), path, Date.class);
      return expiry != null && expiry.toInstant().isAfter(extended);
    });
  }
}
