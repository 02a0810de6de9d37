package xyz.trollllm.billing.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;
import static xyz.trollllm.billing.Requests.hold;
import static xyz.trollllm.billing.Requests.settlement;
import static xyz.trollllm.config.CreditField.CREDITS;
import static xyz.trollllm.config.CreditField.CREDITS_NEW;

import com.mongodb.client.MongoCollection;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bson.Document;
import org.bson.types.Decimal128;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.trollllm.billing.Hold;
import xyz.trollllm.billing.HoldRequest;
import xyz.trollllm.billing.KeyId;
import xyz.trollllm.billing.Requests;
import xyz.trollllm.billing.Reservation;
import xyz.trollllm.billing.Settlement;
import xyz.trollllm.billing.Usd;

/** What the ledger leaves behind in the existing collections, and finds there. */
final class MongoLedgerBooksTest extends LedgerFixture {

  @ParameterizedTest
  @ValueSource(strings = {"double", "int", "long", "decimal"})
  void balanceOfAnyNumericTypeIsSpent(String type) {
    giveCredit(
        switch (type) {
          case "double" -> 2.0;
          case "int" -> 2;
          case "long" -> 2L;
          default -> Decimal128.parse("2");
        });

    settle(settlement(reserve(hold(USER, CREDITS, "1")), "0.5"));

    assertThat(LegacyDollars.usd(user().get("credits", Number.class))).isEqualTo(Usd.of("1.5"));
  }

  @Test
  void zeroChargeLeavesTheTypeOfTheBalanceAlone() {
    giveCredit(2);

    settle(settlement(reserve(hold(USER, CREDITS, "1")), "0"));

    assertThat(user().get("credits")).isEqualTo(2);
  }

  @Test
  void balanceThatIsNoNumberIsNotSpent() {
    giveCredit("2");

    assertThat(tryToReserve(hold(USER, CREDITS, "1"))).isNotInstanceOf(Reservation.Held.class);
    users.updateOne(new Document("_id", USER), Document.parse("{$set: {'gw.open.credits': 2.0}}"));
    assertThat(tryToReserve(hold(USER, CREDITS, "1"))).isNotInstanceOf(Reservation.Held.class);
    users.deleteOne(new Document("_id", USER));
  }

  @Test
  void fieldThatTheUserDoesNotHaveIsNotSpent() {
    giveCredit(2.0);

    assertThat(tryToReserve(hold(USER, CREDITS_NEW, "0")))
        .isEqualTo(new Reservation.InsufficientCredit(Usd.ZERO));
  }

  @Test
  void legacyCountersGrowWithTheCharge() {
    giveCredit(2.0);
    users.updateOne(
        new Document("_id", USER),
        Document.parse("{$set: {creditsUsed: 1.5, creditsNewUsed: 3.0, tokensUserNew: 1000}}"));

    settle(settlement(reserve(hold(USER, CREDITS, "1")), "0.25"));

    assertThat(user().getDouble("creditsUsed")).isEqualTo(1.75);
    assertThat(user().getDouble("creditsNewUsed")).isEqualTo(3.0);
    assertThat(Documents.count(user(), "tokensUserNew")).isEqualTo(1150);
  }

  @Test
  void balanceAtFirstTouchIsNotedOncePerField() {
    users.insertOne(Document.parse("{_id: 'ann', credits: 2.0, creditsNew: 3.0}"));

    settle(settlement(reserve(hold(USER, CREDITS, "1")), "0.5"));
    settle(settlement(reserve(hold(USER, CREDITS, "1")), "0.5"));
    assertThat(Documents.at(user(), "gw.open", Document.class))
        .isEqualTo(new Document("credits", 2.0));

    settle(settlement(reserve(hold(USER, CREDITS_NEW, "1")), "0.5"));
    assertThat(Documents.at(user(), "gw.open", Document.class))
        .isEqualTo(new Document("credits", 2.0).append("creditsNew", 3.0));
  }

  @Test
  void tooManyHoldsOfBothFieldsTogetherAreRefused() {
    users.insertOne(Document.parse("{_id: 'ann', credits: 2.0, creditsNew: 3.0}"));
    try (MongoCreditLedger strict = open(OPTIONS.withMaxOpenHolds(2))) {
      reserve(hold(USER, CREDITS, "0.1"));
      reserve(hold(USER, CREDITS_NEW, "0.1"));

      strict.reserve(
          hold(USER, CREDITS, "0.1"),
          answer -> assertThat(answer).isEqualTo(new Reservation.TooManyHolds(2)));
    }
  }

  @Test
  void settledRequestBecomesARowOfTheLog() {
    giveCredit(2.0);
    Hold hold = reserve(hold(USER, CREDITS, "1"));
    Instant before = clock.instant().minusMillis(1);
    settle(settlement(hold, "0.000000318"));

    assertThat(ledger.upkeep().drainOnce()).isEqualTo(1);

    Document row = rows().getFirst();
    assertThat(row.getDate("createdAt").toInstant()).isBetween(before, clock.instant());
    row.remove("createdAt");
    assertThat(row)
        .isEqualTo(
            Document.parse(
                    """
                    {
                      userId: 'ann', userKeyId: 'sha256:0123456789abcdef', model: 'claude-sonnet-4-5',
                      inputTokens: {$numberLong: '10'}, outputTokens: {$numberLong: '50'},
                      cacheWriteTokens: {$numberLong: '50'}, cacheHitTokens: {$numberLong: '40'},
                      tokensUsed: {$numberLong: '150'}, statusCode: 200,
                      latencyMs: {$numberLong: '1234'}, isSuccess: true,
                      creditsCost: 3.18e-7, creditType: 'ohmygpt', creditField: 'credits',
                      costN: {$numberLong: '318'}, cost: '0.000000318',
                      heldN: {$numberLong: '1000000000'}, balanceOutcome: 'taken',
                      upstream: 'openhands', servedModel: 'claude-sonnet-4-5-20250929',
                      api: 'anthropic', instance: 'openhands', streamed: true, outcome: 'ok',
                      basis: 'upstream', flags: ['served-model-differs'],
                      cacheWrite5m: {$numberLong: '20'}, cacheWrite1h: {$numberLong: '30'},
                      webSearches: {$numberLong: '2'}, webFetches: {$numberLong: '0'},
                      serviceTier: null, speed: null, inferenceGeo: null,
                      items: [
                        {kind: 'message', model: 'claude-sonnet-4-5',
                         input: {$numberLong: '10'}, cacheWrite5m: {$numberLong: '20'},
                         cacheWrite1h: {$numberLong: '30'}, cacheHit: {$numberLong: '40'},
                         output: {$numberLong: '50'}, factor: '1',
                         prices: {input: '3', cacheWrite5m: '3.75', cacheWrite1h: '6',
                                  cacheHit: '0.30', output: '15'}}
                      ],
                      fees: [{kind: 'web_search', count: {$numberLong: '2'}, usd: '0.01'}],
                      multiplier: '1.06',
                      startedAt: {$date: '2026-11-22T10:00:00Z'}
                    }
                    """)
                .append("_id", hold.requestId()));
  }

  @Test
  void expiredHoldAndLateChargeAreTwoRows() {
    giveCredit(2.0);
    Hold hold = reserve(hold(USER, CREDITS, "1"));
    clock.move(Requests.LIFETIME.plusMinutes(1));
    assertThat(ledger.upkeep().sweepOnce()).isEqualTo(1);
    ledger.upkeep().drainOnce();
    settle(settlement(hold, "0.5"));
    ledger.upkeep().drainOnce();

    assertThat(rows())
        .extracting(
            row -> row.getString("_id"),
            row -> row.getString("outcome"),
            row -> row.getString("balanceOutcome"),
            row -> row.getLong("costN"))
        .containsExactly(
            tuple(hold.requestId(), "expired", "expired", 0L),
            tuple(hold.requestId() + "~late", "ok", "late", 500_000_000L));
  }

  @Test
  void outboxIsEmptyWhenItsTimeIsOver() {
    giveCredit(2.0);
    List<Hold> holds =
        List.of(reserve(hold(USER, CREDITS, "0.1")), reserve(hold(USER, CREDITS, "0.1")));

    holds.forEach(hold -> settleInThePast(settlement(hold, "0.1")));

    assertThat(ledger.upkeep().drainOnce()).isZero();
    assertThat(ledger.upkeep().drainOnce()).isZero();

    assertThat(Documents.at(user(), "gw.out", Object.class)).isNull();
    assertThat(Documents.at(user(), "gw.past", Object.class)).isNull();
    assertThat(Documents.at(user(), "gw.dirty", Object.class)).isNull();
    assertThat(rows()).hasSize(2);
  }

  @Test
  void idOfADrainedRequestIsKeptUntilItsTimeIsOver() {
    giveCredit(2.0);
    HoldRequest request = hold(USER, CREDITS, "0.1");
    settle(settlement(reserve(request), "0.1"));

    ledger.upkeep().drainOnce();
    ledger.upkeep().drainOnce();

    assertThat(OutboxEntry.in(user())).isEmpty();
    Document past = Documents.at(user(), "gw.past", Document.class);
    assertThat(past).isNotNull();
    assertThat(past.values()).containsExactly(List.of(request.requestId()));
    assertThat(tryToReserve(request))
        .isEqualTo(new Reservation.Unavailable("request " + request.requestId() + " has ended"));
  }

  @Test
  void entriesOfAnotherInstanceAreLeftToItForAWhile() {
    giveCredit(2.0);
    Hold young = reserve(hold(USER, CREDITS, "0.1"));
    Hold old = reserve(hold(USER, CREDITS, "0.1"));
    try (MongoCreditLedger other = open(MongoLedgerOptions.of("other").withoutUpkeep())) {
      settle(settlement(young, "0.1"));
      assertThat(other.upkeep().drainOnce()).isZero();
    }
    clock.move(Duration.ofMinutes(-1));
    try (MongoCreditLedger slow = open(OPTIONS);
        MongoCreditLedger other = open(MongoLedgerOptions.of("other").withoutUpkeep())) {
      settle(slow, settlement(old, "0.1"));
      assertThat(other.upkeep().drainOnce()).isEqualTo(1);
    }
  }

  @Test
  void backgroundUpkeepDrains() {
    giveCredit(2.0);
    MongoLedgerOptions quick =
        new MongoLedgerOptions(
            "this-instance",
            Duration.ofSeconds(10),
            10,
            Duration.ofMinutes(1),
            Duration.ofSeconds(10),
            Duration.ofMillis(5));
    try (MongoCreditLedger busy = open(quick)) {
      assertThat(busy.upkeep()).isNotNull();
      settle(settlement(reserve(hold(USER, CREDITS, "0.1")), "0.1"));

      Eventually.holds(() -> rows().size() == 1);
    }
  }

  @Test
  void closingDrains() {
    giveCredit(2.0);
    settle(settlement(reserve(hold(USER, CREDITS, "0.1")), "0.1"));

    ledger.close();

    assertThat(rows()).hasSize(1);
  }

  @Test
  void nextExpiryIsNotedAndForgotten() {
    giveCredit(2.0);
    Hold hold = reserve(hold(USER, CREDITS, "0.1"));
    assertThat(Documents.at(user(), "gw.nx", Date.class)).isEqualTo(Date.from(hold.expiresAt()));
    clock.move(Requests.LIFETIME.plusMinutes(1));

    ledger.upkeep().sweepOnce();

    assertThat(Documents.at(user(), "gw.nx", Date.class)).isNull();
  }

  @Test
  void sweepLooksAgainSoonWhileHoldsStand() {
    giveCredit(2.0);
    reserve(hold(USER, CREDITS, "0.1"));
    clock.move(Duration.ofMinutes(14));
    Hold young = reserve(hold(USER, CREDITS, "0.1"));
    clock.move(Duration.ofMinutes(2));

    assertThat(ledger.upkeep().sweepOnce()).isEqualTo(1);

    assertThat(Documents.at(user(), "gw.nx", Date.class))
        .isAfter(clock.instant())
        .isBefore(young.expiresAt());
  }

  @Test
  void requestsAreCountedPerKeyWhenTheyAreDrained() {
    giveCredit(2.0);
    MongoCollection<Document> keys = mongo.database().getCollection("user_keys");
    keys.insertOne(Document.parse("{_id: 'sk-one', name: 'ann', tokensUsed: 10}"));
    keys.insertOne(Document.parse("{_id: 'sk-two', name: 'ann'}"));
    for (int i = 0; i < 3; i++) {
      Hold hold = reserve(hold(USER, CREDITS, "0.1"));
      settle(
          new Settlement(
              hold, Usd.of("0.1"), Settlement.Outcome.OK, Requests.record(KeyId.of("sk-one"))));
    }

    ledger.upkeep().drainOnce();
    ledger.upkeep().drainOnce();

    Document one = keys.find(new Document("_id", "sk-one")).first();
    assertThat(one).containsEntry("tokensUsed", 460L).containsEntry("requestsCount", 3L);
    assertThat(one).containsKey("lastUsedAt");
    assertThat(keys.find(new Document("_id", "sk-two")).first())
        .isEqualTo(Document.parse("{_id: 'sk-two', name: 'ann'}"));
  }
}
