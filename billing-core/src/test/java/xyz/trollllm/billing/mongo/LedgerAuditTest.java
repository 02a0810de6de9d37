package xyz.trollllm.billing.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.billing.Requests.hold;
import static xyz.trollllm.billing.Requests.settlement;
import static xyz.trollllm.config.CreditField.CREDITS;

import com.mongodb.client.model.Updates;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import xyz.trollllm.billing.Hold;
import xyz.trollllm.billing.Usd;

final class LedgerAuditTest extends LedgerFixture {

  @Test
  void booksAgreeBeforeDuringAndAfterADrain() {
    giveCredit(2.0);
    settle(settlement(reserve(hold(USER, CREDITS, "1")), "0.25"));
    assertThat(audit().differences()).isEmpty();
    ledger.upkeep().drainOnce();
    settle(settlement(reserve(hold(USER, CREDITS, "1")), "0.5"));

    AuditReport report = audit();

    assertThat(report.differences()).isEmpty();
    assertThat(report.openHolds()).isZero();
    assertThat(report.totals().users()).isEqualTo(1);
    assertThat(report.totals().busy()).isZero();
  }

  @Test
  void openHoldsAreCounted() {
    giveCredit(2.0);
    Hold hold = reserve(hold(USER, CREDITS, "1"));

    assertThat(audit().openHolds()).isEqualTo(1);
    assertThat(audit().differences()).isEmpty();

    settle(settlement(hold, "0"));
    assertThat(audit().openHolds()).isZero();
  }

  @Test
  void topUpsOfOurOwnAreNoDifference() {
    giveCredit(2.0);
    new CreditChanges(mongo.database())
        .topUp(USER, CREDITS, Usd.of("5"), CreditChanges.Note.of("eve", "paid"));
    settle(settlement(reserve(hold(USER, CREDITS, "1")), "0.25"));

    assertThat(audit().differences()).isEmpty();
  }

  @Test
  void lostRowIsFound() {
    giveCredit(2.0);
    settle(settlement(reserve(hold(USER, CREDITS, "1")), "0.25"));
    ledger.upkeep().drainOnce();
    Document row = rows().getFirst();
    logs.deleteOne(row);

    assertThat(audit().differences())
        .containsExactly(
            "ann credits: rows of the log, and those on their way there, do not add up to what was"
                + " taken; expected 0.25 USD, found 0 USD, difference -0.25 USD");
    logs.insertOne(row);
  }

  @Test
  void rowOfAnUnknownUserIsFound() {
    logs.insertOne(
        new Document("_id", "r")
            .append("userId", "x")
            .append("creditField", "credits")
            .append("creditType", "ohmygpt")
            .append("balanceOutcome", "taken")
            .append("creditsCost", 5e-9)
            .append("costN", 5L));

    assertThat(audit().differences())
        .containsExactly(
            "x userId: the log has rows of a user that has no books;"
                + " expected a user with books, found nothing");
    logs.deleteOne(new Document("_id", "r"));
  }

  @Test
  void changeByAnybodyElseIsFound() {
    giveCredit(2.0);
    settle(settlement(reserve(hold(USER, CREDITS, "1")), "0.25"));
    change("credits", 0.5);

    assertThat(audit().differences())
        .containsExactly(
            "ann credits: the balance is not what the books say: somebody else changed it, or it"
                + " is wrong; expected 1.75 USD, found 2.25 USD, difference +0.5 USD");
    change("credits", -0.5);
  }

  @Test
  void heldAmountWithoutHoldIsFound() {
    giveCredit(2.0);
    settle(settlement(reserve(hold(USER, CREDITS, "1")), "0.25"));
    change("gw.held.credits", 7L);

    assertThat(audit().differences())
        .containsExactly(
            "ann gw.held.credits: what is held is not the sum of the holds;"
                + " expected 0 USD, found 0.000000007 USD, difference +0.000000007 USD");
    change("gw.held.credits", -7L);
  }

  @Test
  void upkeepThatCatchesUpAfterALongOutageIsNoDifference() {
    giveCredit(2.0);
    Hold held = reserve(hold(USER, CREDITS, "0.5"));
    Hold settled = reserve(hold(USER, CREDITS, "1"));
    settleInThePast(settlement(settled, "0.25"));
    expire(held);

    AuditReport idle = new LedgerAudit(mongo.database(), 1, () -> true).run();
    AuditReport catchingUp = new LedgerAudit(mongo.database(), 1, this::upkeep).run();

    assertThat(idle.differences())
        .hasSize(2)
        .anyMatch(text -> text.contains("was not brought to the log"))
        .anyMatch(text -> text.contains("was not released"));
    assertThat(catchingUp.differences()).isEmpty();
  }

  @Test
  void upkeepThatComesAndGoesIsNotWaitedForForever() {
    giveCredit(2.0);
    Hold hold = reserve(hold(USER, CREDITS, "0.5"));
    expire(hold);
    AtomicInteger looks = new AtomicInteger();

    AuditReport report =
        new LedgerAudit(
                mongo.database(),
                1,
                () -> {
                  if (looks.incrementAndGet() % 2 == 0) {
                    users.updateOne(new Document("_id", USER), Updates.unset(Paths.NEXT_EXPIRY));
                  } else {
                    expire(hold);
                  }
                  return looks.get() < 100;
                })
            .run();

    assertThat(report.differences()).isNotEmpty();
    assertThat(looks).hasValueLessThan(100);
    expire(hold);
    upkeep();
  }

  @Test
  void upkeepThatGetsOnIsWaitedForTwoMinutes() {
    giveCredit(2.0);
    List<Hold> holds = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      holds.add(reserve(hold(USER, CREDITS, "0.1")));
    }
    holds.forEach(this::expire);
    AtomicLong seconds = new AtomicLong();
    AuditReads reads = new AuditReads(mongo.database());
    UpkeepLook look =
        new UpkeepLook(
            reads,
            () -> {
              seconds.addAndGet(40);
              settle(settlement(holds.removeLast(), "0"));
              return true;
            },
            () -> Duration.ofSeconds(seconds.get()).toNanos());
    look.first(UserBooks.of(Objects.requireNonNull(reads.user(USER))));

    assertThat(look.remaining()).hasSize(5);
    assertThat(seconds).hasValue(120);
    upkeep();
  }

  private void expire(Hold hold) {
    users.updateOne(
        new Document("_id", USER),
        Updates.combine(
            Updates.set(Paths.hold(hold.requestId()) + ".x", ago(Duration.ofMinutes(15))),
            Updates.set(Paths.NEXT_EXPIRY, ago(Duration.ofMinutes(15)))));
  }

  @Test
  void nothingIsConfirmedOfAUserWhoWasNotComparedWithTheLog() {
    giveCredit(2.0);
    settle(settlement(reserve(hold(USER, CREDITS, "1")), "0.25"));
    ledger.upkeep().drainOnce();
    Document row = rows().getFirst();
    logs.deleteOne(row);
    change("credits", 0.5);
    LedgerAudit hurried =
        new LedgerAudit(
            new AuditReads(mongo.database()), _ -> Optional.empty(), 1, UpkeepLook::pause);
    List<Difference> confirmed = new ArrayList<>();
    List<Difference> left = new ArrayList<>();
    List<String> busy = new ArrayList<>();

    hurried.run(_ -> {}, busy::add);
    ForeignConfirmation.Totals totals =
        new ForeignConfirmation(mongo.database(), hurried, confirmed::add, left::add)
            .run("eve", "cut-over");

    assertThat(busy).containsExactly(USER);
    assertThat(confirmed).isEmpty();
    assertThat(left).extracting(Difference::kind).containsExactly(Difference.Kind.BALANCE);
    assertThat(totals).isEqualTo(new ForeignConfirmation.Totals(0, Map.of(), 0, 1));
    logs.insertOne(row);
    change("credits", -0.5);
  }

  private boolean upkeep() {
    ledger.upkeep().drainOnce();
    ledger.upkeep().sweepOnce();
    return true;
  }

  private static Date ago(Duration time) {
    return Date.from(Instant.now().minus(time));
  }

  @Test
  void rowsFromBeforeTheGatewayAreNotCounted() {
    giveCredit(2.0);
    logs.insertOne(Document.parse("{userId: 'ann', creditsCost: 1.0, creditType: 'ohmygpt'}"));
    settle(settlement(reserve(hold(USER, CREDITS, "1")), "0.25"));

    assertThat(audit().differences()).isEmpty();
  }

  private AuditReport audit() {
    return new LedgerAudit(mongo.database()).run();
  }

  private void change(String path, Object by) {
    users.updateOne(new Document("_id", USER), new Document("$inc", new Document(path, by)));
  }
}
