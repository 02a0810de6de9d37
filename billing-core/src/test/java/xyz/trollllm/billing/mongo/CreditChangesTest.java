package xyz.trollllm.billing.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static xyz.trollllm.billing.Requests.hold;
import static xyz.trollllm.billing.Requests.settlement;
import static xyz.trollllm.config.CreditField.CREDITS;
import static xyz.trollllm.config.CreditField.CREDITS_NEW;

import com.mongodb.MongoException;
import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.trollllm.billing.Usd;

final class CreditChangesTest extends LedgerFixture {
  private static final CreditChanges.Note NOTE =
      new CreditChanges.Note("invoice-7", "eve", "invoice 7");
  private static final CreditChange DONE = new CreditChange.Done();
  private static final CreditChange DONE_BEFORE = new CreditChange.DoneBefore();

  private final CreditChanges changes = new CreditChanges(store);

  @Test
  void topUpIsAddedToOneFieldAndItsBooks() {
    giveCredit(2);

    assertThat(topUp("0.000000001")).isEqualTo(DONE);
    assertThat(topUp("3")).isEqualTo(DONE);

    assertThat(user().getDouble("credits")).isEqualTo(5.000000001);
    assertThat(Documents.count(user(), "gw.topup.credits")).isEqualTo(3_000_000_001L);
    assertThat(user()).doesNotContainKey("creditsNew");
  }

  private CreditChange topUp(String usd) {
    return changes.topUp(USER, CREDITS, Usd.of(usd), CreditChanges.Note.of("eve", "paid"));
  }

  @Test
  void topUpCreatesAMissingField() {
    giveCredit(2.0);

    changes.topUp(USER, CREDITS_NEW, Usd.of("3"), NOTE);

    assertThat(user().getDouble("creditsNew")).isEqualTo(3.0);
    settle(settlement(reserve(hold(USER, CREDITS_NEW, "3")), "3"));
  }

  @Test
  void repeatedTopUpAddsOnce() {
    giveCredit(2.0);
    store.loseReplies(2);

    assertThatThrownBy(() -> changes.topUp(USER, CREDITS, Usd.of("3"), NOTE))
        .isInstanceOf(MongoException.class);
    store.loseReplies(0);
    CreditChange again = changes.topUp(USER, CREDITS, Usd.of("3"), NOTE);

    assertThat(again).isIn(DONE, DONE_BEFORE);
    assertThat(changes.topUp(USER, CREDITS, Usd.of("3"), NOTE)).isEqualTo(DONE_BEFORE);
    assertThat(user().getDouble("credits")).isEqualTo(5.0);
  }

  @Test
  void idOfAnotherOperationIsRefused() {
    giveCredit(2.0);
    changes.topUp(USER, CREDITS, Usd.of("3"), NOTE);

    assertThat(changes.topUp(USER, CREDITS, Usd.of("4"), NOTE))
        .isEqualTo(new CreditChange.OtherOperation());
    assertThat(user().getDouble("credits")).isEqualTo(5.0);
  }

  @Test
  void noteSaysWhoAndWhy() {
    giveCredit(2.0);

    changes.topUp(USER, CREDITS, Usd.of("3"), NOTE);

    Document note = user().get("gw", Document.class).getList("changes", Document.class).getFirst();
    assertThat(note)
        .containsEntry("id", "invoice-7")
        .containsEntry("k", "top-up")
        .containsEntry("by", "eve")
        .containsEntry("why", "invoice 7")
        .containsEntry("n", 3_000_000_000L);
  }

  @Test
  void newestNotesAreKept() {
    giveCredit(2.0);
    for (int i = 0; i < 60; i++) {
      topUp("0.01");
    }

    List<Document> notes = user().get("gw", Document.class).getList("changes", Document.class);

    assertThat(notes).hasSize(50);
    assertThat(Documents.count(user(), "gw.topup.credits")).isEqualTo(600_000_000L);
  }

  @Test
  void unknownUserIsSaidToBeUnknown() {
    assertThat(changes.topUp("nobody", CREDITS, Usd.of("1"), NOTE))
        .isEqualTo(new CreditChange.UnknownUser());
    assertThat(changes.confirm("nobody", BookedField.all().getFirst(), Usd.of("1"), NOTE))
        .isEqualTo(new CreditChange.UnknownUser());
  }

  @ParameterizedTest
  @ValueSource(strings = {"credits", "creditsUsed"})
  void confirmedForeignChangeIsNoDifferenceAnyMore(String name) {
    giveCredit(2.0);
    settle(settlement(reserve(hold(USER, CREDITS, "1")), "0.25"));
    users.updateOne(new Document("_id", USER), new Document("$inc", new Document(name, 0.5)));
    BookedField field = BookedField.named(name).orElseThrow();

    assertThat(changes.confirm(USER, field, Usd.of("0.49"), NOTE))
        .isEqualTo(new CreditChange.OtherAmount(Usd.of("0.5")));
    assertThat(new LedgerAudit(mongo.database()).run().differences()).hasSize(1);
    assertThat(changes.confirm(USER, field, Usd.of("0.5"), NOTE)).isEqualTo(DONE);

    assertThat(new LedgerAudit(mongo.database()).run().differences()).isEmpty();
    assertThat(changes.confirm(USER, field, Usd.of("0.5"), NOTE)).isEqualTo(DONE_BEFORE);
    assertThat(changes.confirm(USER, field, Usd.of("0.5"), CreditChanges.Note.of("eve", "again")))
        .isEqualTo(new CreditChange.OtherAmount(Usd.ZERO));
  }

  @Test
  void balanceThatWasSetIsConfirmedByItsDifference() {
    giveCredit(2.0);
    settle(settlement(reserve(hold(USER, CREDITS, "1")), "0.25"));
    users.updateOne(new Document("_id", USER), new Document("$set", new Document("credits", 0.1)));

    BookedField credits = BookedField.named("credits").orElseThrow();

    assertThat(changes.confirm(USER, credits, Usd.of("-1.65"), NOTE)).isEqualTo(DONE);
  }

  @Test
  void confirmationWhoseReplyIsLostCountsOnce() {
    giveCredit(2.0);
    settle(settlement(reserve(hold(USER, CREDITS, "1")), "0.25"));
    users.updateOne(new Document("_id", USER), new Document("$inc", new Document("credits", 0.5)));
    BookedField credits = BookedField.named("credits").orElseThrow();
    store.loseReplies(1);

    assertThatThrownBy(() -> changes.confirm(USER, credits, Usd.of("0.5"), NOTE))
        .isInstanceOf(MongoException.class);

    assertThat(changes.confirm(USER, credits, Usd.of("0.5"), NOTE)).isEqualTo(DONE_BEFORE);
  }
}
