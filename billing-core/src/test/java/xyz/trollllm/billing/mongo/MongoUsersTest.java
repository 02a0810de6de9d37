package xyz.trollllm.billing.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.billing.Requests.hold;
import static xyz.trollllm.billing.Requests.settlement;
import static xyz.trollllm.config.CreditField.CREDITS;
import static xyz.trollllm.config.CreditField.CREDITS_NEW;

import org.bson.Document;
import org.junit.jupiter.api.Test;
import xyz.trollllm.billing.Hold;
import xyz.trollllm.billing.Reservation;
import xyz.trollllm.billing.Usd;

final class MongoUsersTest extends LedgerFixture {
  private final MongoUsers admin = new MongoUsers(mongo.database());

  @Test
  void createdUserHasTheFieldsOfTheDeployment() {
    assertThat(admin.create(USER, Usd.of("1.5"), Usd.of("2"))).isTrue();

    assertThat(user())
        .isEqualTo(
            Document.parse(
                """
                {_id: 'ann', credits: 1.5, creditsNew: 2.0, refCredits: 0.0, creditsUsed: 0.0,
                 creditsNewUsed: 0.0, tokensUserNew: {$numberLong: '0'}, role: 'user',
                 isActive: true}
                """));
  }

  @Test
  void existingUserIsNotCreatedAgain() {
    admin.create(USER, Usd.of("1"), Usd.of("2"));

    assertThat(admin.create(USER, Usd.of("100"), Usd.of("100"))).isFalse();

    assertThat(user().getDouble("credits")).isEqualTo(1.0);
  }

  @Test
  void userIsShownWithHoldsAndSpending() {
    admin.create(USER, Usd.of("1"), Usd.of("2"));
    settle(settlement(reserve(hold(USER, CREDITS, "0.5")), "0.1"));
    Hold open = reserve(hold(USER, CREDITS, "0.25"));

    MongoUsers.User shown = admin.find(USER).orElseThrow();

    assertThat(shown.active()).isTrue();
    assertThat(shown.balances())
        .containsEntry(
            CREDITS, new MongoUsers.Balance(Usd.of("0.9"), Usd.of("0.25"), Usd.of("0.1")))
        .containsEntry(CREDITS_NEW, new MongoUsers.Balance(Usd.of("2"), Usd.ZERO, Usd.ZERO));
    settle(settlement(open, "0"));
  }

  @Test
  void unknownUserIsNotFound() {
    assertThat(admin.find("nobody")).isEmpty();
    assertThat(admin.setActive("nobody", false)).isFalse();
  }

  @Test
  void usersAreListedByName() {
    admin.create("bob", Usd.ZERO, Usd.ZERO);
    admin.create("ann", Usd.ZERO, Usd.ZERO);

    assertThat(admin.list()).extracting(MongoUsers.User::id).containsExactly("ann", "bob");
  }

  @Test
  void disabledUserIsRefusedUntilEnabled() {
    giveCredit(2.0);

    admin.setActive(USER, false);
    assertThat(tryToReserve(hold(USER, CREDITS, "1"))).isEqualTo(new Reservation.UserRefused());
    assertThat(admin.find(USER).orElseThrow().active()).isFalse();

    admin.setActive(USER, true);
    assertThat(tryToReserve(hold(USER, CREDITS, "1"))).isInstanceOf(Reservation.Held.class);
  }
}
