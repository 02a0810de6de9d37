package xyz.trollllm.billing.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static xyz.trollllm.billing.Requests.hold;
import static xyz.trollllm.billing.Requests.settlement;
import static xyz.trollllm.config.CreditField.CREDITS;

import com.mongodb.MongoException;
import java.time.Duration;
import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import xyz.trollllm.billing.Hold;
import xyz.trollllm.billing.PastRequest;
import xyz.trollllm.billing.RequestTrace;
import xyz.trollllm.billing.Usd;

final class RefundsTest extends LedgerFixture {
  private static final Refunded DONE = new Refunded.Done(USER, CREDITS, Usd.of("0.25"));

  private final Refunds refunds = new Refunds(store, OPTIONS, clock);

  private Refunded refund(Hold hold) {
    return refunds.refund(hold.requestId(), "eve", "broken answer");
  }

  private Hold charged(String usd) {
    giveCredit(2.0);
    Hold hold = reserve(hold(USER, CREDITS, "1"));
    settle(settlement(hold, usd));
    return hold;
  }

  @Test
  void chargeIsGivenBackOnce() {
    Hold hold = charged("0.25");

    assertThat(refund(hold)).isEqualTo(DONE);
    assertThat(refund(hold)).isInstanceOf(Refunded.DoneBefore.class);
    ledger.upkeep().drainOnce();
    assertThat(refund(hold)).isInstanceOf(Refunded.DoneBefore.class);

    assertThat(user().getDouble("credits")).isEqualTo(2.0);
    assertThat(user().getDouble("creditsUsed")).isEqualTo(0.0);
    assertThat(Documents.count(user(), "gw.spent.credits")).isEqualTo(250_000_000L);
    assertThat(Documents.count(user(), "gw.refund.credits")).isEqualTo(250_000_000L);
  }

  @Test
  void chargeThatStandsInTheLogIsGivenBackByARowOfItsOwn() {
    Hold hold = charged("0.25");
    ledger.upkeep().drainOnce();

    assertThat(refund(hold)).isEqualTo(DONE);
    ledger.upkeep().drainOnce();

    assertThat(rows()).hasSize(2);
    Document row = logs.find(new Document("_id", hold.requestId() + "~refund")).first();
    assertThat(row)
        .containsEntry("costN", -250_000_000L)
        .containsEntry("creditsCost", -0.25)
        .containsEntry("balanceOutcome", "refunded")
        .containsEntry("by", "eve")
        .containsEntry("reason", "broken answer");
  }

  @Test
  void lateChargeIsGivenBack() {
    giveCredit(2.0);
    Hold hold = reserve(hold(USER, CREDITS, "1"));
    clock.move(Duration.ofMinutes(20));
    ledger.upkeep().sweepOnce();
    assertThat(refund(hold)).isEqualTo(new Refunded.NothingCharged(USER));
    settle(settlement(hold, "0.25"));
    ledger.upkeep().drainOnce();
    clock.move(Duration.ofMinutes(-20));

    assertThat(refund(hold)).isEqualTo(DONE);
  }

  @Test
  void requestUnderWayIsLeftAlone() {
    giveCredit(2.0);
    Hold hold = reserve(hold(USER, CREDITS, "1"));

    assertThat(refund(hold)).isEqualTo(new Refunded.UnderWay(USER));

    settle(settlement(hold, "0"));
    assertThat(refund(hold)).isEqualTo(new Refunded.NothingCharged(USER));
  }

  @Test
  void unknownRequestIsSaidToBeUnknown() {
    assertThat(refunds.refund("nobodys", "eve", "")).isEqualTo(new Refunded.UnknownRequest());
    assertThat(refunds.refund("gw.$x", "eve", "")).isEqualTo(new Refunded.UnknownRequest());
  }

  @Test
  void rowOfAnotherProgramIsNoRequest() {
    logs.insertOne(new Document("_id", "theirs").append("userId", USER).append("creditsCost", 1.0));

    assertThat(refunds.refund("theirs", "eve", "")).isEqualTo(new Refunded.UnknownRequest());
  }

  @Test
  void refundThatTheStoreMeetsTooLateIsNotDone() {
    Hold hold = charged("0.25");
    clock.move(Duration.ofHours(-1));

    Refunded refunded = refund(hold);
    clock.move(Duration.ofHours(1));

    assertThat(refunded).isEqualTo(new Refunded.NotInTime());
    assertThat(user().getDouble("credits")).isEqualTo(1.75);
  }

  @Test
  void refundWhoseReplyIsLostIsNotDoneAgain() {
    Hold hold = charged("0.25");
    store.loseReplies(1);

    assertThatThrownBy(() -> refund(hold)).isInstanceOf(MongoException.class);

    assertThat(refund(hold)).isInstanceOf(Refunded.DoneBefore.class);
    assertThat(user().getDouble("credits")).isEqualTo(2.0);
  }

  @Test
  void userSeesWhatWasGivenBack() {
    Hold hold = charged("0.25");
    refund(hold);

    assertThat(seen(hold).refunded()).isEqualTo(Usd.of("0.25"));
    ledger.upkeep().drainOnce();
    assertThat(seen(hold).refunded()).isEqualTo(Usd.of("0.25"));
    assertThat(seen(hold).charge()).isEqualTo(Usd.of("0.25"));
    assertThat(ledger.history().account(USER).orElseThrow().balance(CREDITS).spent())
        .isEqualTo(Usd.ZERO);
  }

  private PastRequest seen(Hold hold) {
    List<RequestTrace> traces = ledger.history().requests(USER, null, 10);
    assertThat(traces).hasSize(1);
    assertThat(ledger.history().request(USER, hold.requestId())).contains(traces.getFirst());
    return ((RequestTrace.Done) traces.getFirst()).request();
  }
}
