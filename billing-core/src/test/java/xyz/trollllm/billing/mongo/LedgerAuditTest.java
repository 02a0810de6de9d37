package xyz.trollllm.billing.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.billing.Requests.hold;
import static xyz.trollllm.billing.Requests.settlement;
import static xyz.trollllm.config.CreditField.CREDITS;

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
    AuditReport.Account account = report.accounts().getFirst();
    assertThat(account.userId()).isEqualTo(USER);
    assertThat(account.field()).isEqualTo(CREDITS);
    assertThat(account.logged()).isEqualTo(Usd.of("0.75"));
    assertThat(account.balance()).isEqualTo(Usd.of("1.25"));
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
    new MongoUsers(mongo.database()).topUp(USER, CREDITS, Usd.of("5"));
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
        .containsExactly("ann credits: the log says 0 USD were taken, not 0.25");
    logs.insertOne(row);
  }

  @Test
  void rowOfAnUnknownUserIsFound() {
    logs.insertOne(
        new Document("_id", "r")
            .append("userId", "x")
            .append("creditField", "credits")
            .append("costN", 5L));

    assertThat(audit().differences())
        .containsExactly("x credits: the log says 0.000000005 USD were taken, not 0");
    logs.deleteOne(new Document("_id", "r"));
  }

  @Test
  void changeByAnybodyElseIsFound() {
    giveCredit(2.0);
    settle(settlement(reserve(hold(USER, CREDITS, "1")), "0.25"));
    change("credits", 0.5);

    assertThat(audit().differences())
        .containsExactly(
            "ann credits: the balance is 2.25 USD where the books say 1.75;"
                + " was it changed by somebody else?");
    change("credits", -0.5);
  }

  @Test
  void heldAmountWithoutHoldIsFound() {
    giveCredit(2.0);
    settle(settlement(reserve(hold(USER, CREDITS, "1")), "0.25"));
    change("gw.held.credits", 7L);

    assertThat(audit().differences())
        .containsExactly("ann credits: 0.000000007 USD are held, but requests hold 0");
    change("gw.held.credits", -7L);
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
