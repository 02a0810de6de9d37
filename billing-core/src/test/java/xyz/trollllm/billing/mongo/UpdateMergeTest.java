package xyz.trollllm.billing.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.billing.Requests.settlement;
import static xyz.trollllm.config.CreditField.CREDITS;
import static xyz.trollllm.config.CreditField.CREDITS_NEW;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import xyz.trollllm.billing.Hold;
import xyz.trollllm.billing.HoldRequest;
import xyz.trollllm.billing.Requests;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.CreditField;

final class UpdateMergeTest {
  private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
  private static final MongoLedgerOptions OPTIONS = MongoLedgerOptions.of("a").withMaxOpenHolds(9);
  private static final LedgerStatements STATEMENTS = new LedgerStatements(OPTIONS);

  @Test
  void reservationsClaimTheirSum() {
    UserUpdate merged =
        UpdateMerge.of(
            List.of(
                reserve("r1", CREDITS, "0.25"),
                reserve("r2", CREDITS, "0.5"),
                reserve("r3", CREDITS_NEW, "1")));

    assertThat(merged.filter().get("$expr"))
        .hasToString(
            Claim.granted(
                    List.of(claim(CREDITS, 750_000_000, 3), claim(CREDITS_NEW, 1_000_000_000, 0)))
                .toString());
    assertThat(merged.update().get("$inc"))
        .isEqualTo(
            new Document("gw.held.credits", 750_000_000L)
                .append("gw.n", 3)
                .append("gw.held.creditsNew", 1_000_000_000L));
  }

  @Test
  void everyConditionIsKept() {
    UserUpdate merged =
        UpdateMerge.of(List.of(reserve("r1", CREDITS, "0.25"), settle("r2"), settle("r3")));

    assertThat(merged.condition())
        .containsKeys("isActive", "gw.h.r1", "gw.out.r1", "gw.h.r2.n", "gw.h.r3.f");
    assertThat(merged.update().get("$set", Document.class))
        .containsOnlyKeys("gw.h.r1", "gw.out.r2", "gw.out.r3", "gw.dirty");
    assertThat(merged.update().get("$unset", Document.class))
        .containsOnlyKeys("gw.h.r2", "gw.h.r3");
  }

  @Test
  void conditionsOnOnePathAreJoined() {
    UserUpdate early = update(new Document("a", new Document("$lt", 1)), new Document());
    UserUpdate late = update(new Document("a", new Document("$lt", 2)), new Document());

    assertThat(UpdateMerge.of(List.of(early, late)).condition())
        .isEqualTo(
            new Document("a", new Document("$lt", 1))
                .append("$and", List.of(new Document("a", new Document("$lt", 2)))));
  }

  @Test
  void idsThatMustNotBePastAreListed() {
    UserUpdate merged =
        UpdateMerge.of(List.of(reserve("r1", CREDITS, "0.1"), reserve("r2", CREDITS, "0.1")));

    assertThat(merged.condition().get(Past.path(Past.array(NOW))))
        .isEqualTo(new Document("$nin", List.of("r1", "r2")));
  }

  @Test
  void earliestExpiryIsNoted() {
    UserUpdate first = update(new Document(), new Document("$min", at(NOW)));
    UserUpdate second = update(new Document(), new Document("$min", at(NOW.minusSeconds(5))));

    assertThat(UpdateMerge.of(List.of(first, second)).update())
        .isEqualTo(new Document("$min", at(NOW.minusSeconds(5))));
  }

  private static Document at(Instant instant) {
    return new Document(Paths.NEXT_EXPIRY, Date.from(instant));
  }

  @Test
  void twoUpdatesOfOneRequestNeverMeet() {
    Hold hold = hold("r1");
    List<UserUpdate> updates =
        List.of(
            reserve("r1", CREDITS, "0.25"),
            LedgerStatements.raise(hold, Usd.of("0.5"), NOW.plusSeconds(10), NOW),
            STATEMENTS.extend(hold, NOW),
            STATEMENTS.settle(settlement(hold, "0.1"), NOW),
            STATEMENTS.expire(hold, NOW, NOW),
            STATEMENTS.settleLate(settlement(hold, "0.1"), NOW));

    for (UserUpdate one : updates) {
      for (UserUpdate other : updates) {
        assertThat(fit(one, other)).as("%s and %s", one, other).isFalse();
      }
    }
  }

  @Test
  void updatesThatLookAtWhatAnotherChangesAreLeftForTheNextMerge() {
    UserUpdate sweep = LedgerStatements.nextExpiry("ann", Date.from(NOW), null);
    UserUpdate clean = OutboxStatements.clean("ann");
    UserUpdate anchor = BookStatements.anchor("ann", CREDITS, new Document("credits", 1.0));

    assertThat(fit(sweep, reserve("r1", CREDITS, "0.25"))).isFalse();
    assertThat(fit(reserve("r1", CREDITS, "0.25"), sweep)).isFalse();
    assertThat(fit(clean, settle("r1"))).isFalse();
    assertThat(fit(settle("r1"), clean)).isFalse();
    assertThat(fit(anchor, settle("r1"))).isFalse();
    assertThat(fit(anchor, anchor)).isFalse();
  }

  @Test
  void sumsThatCannotBeCountedAreNotMade() {
    UserUpdate most = reserve("r1", CREDITS, Usd.ofNanos(Long.MAX_VALUE).toString());

    assertThat(fit(most, reserve("r2", CREDITS, "0.1"))).isFalse();
    assertThat(fit(most, reserve("r2", CREDITS_NEW, "0.1"))).isFalse();
  }

  @Test
  void mergeIsBounded() {
    assertThat(taken(i -> settle("r" + i))).isEqualTo(64);
    assertThat(taken(i -> update(new Document(), new Document("$set", wide(i))))).isEqualTo(5);
  }

  private static Document wide(int number) {
    Document wide = new Document();
    IntStream.range(0, 100).forEach(i -> wide.append("x" + number + '-' + i, 1));
    return wide;
  }

  private static int taken(IntFunction<UserUpdate> updates) {
    UpdateMerge merge = new UpdateMerge("ann");
    int taken = 0;
    while (merge.add(updates.apply(taken))) {
      taken++;
    }
    return taken;
  }

  @Test
  void dollarsAreSummedByTheNano() {
    List<UserUpdate> updates = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      updates.add(update(new Document(), new Document("$inc", new Document("credits", 0.1))));
    }

    assertThat(UpdateMerge.of(updates).update())
        .isEqualTo(new Document("$inc", new Document("credits", 1.0)));
  }

  private static boolean fit(UserUpdate one, UserUpdate other) {
    UpdateMerge merge = new UpdateMerge("ann");
    return merge.add(one) && merge.add(other);
  }

  private static UserUpdate update(Document condition, Document update) {
    return new UserUpdate("ann", condition, update);
  }

  private static UserUpdate reserve(String id, CreditField field, String usd) {
    HoldRequest request = new HoldRequest(id, "ann", field, Usd.of(usd), Requests.LIFETIME);
    return STATEMENTS.reserve(request, NOW).update();
  }

  private static UserUpdate settle(String id) {
    return STATEMENTS.settle(settlement(hold(id), "0.1"), NOW);
  }

  private static Hold hold(String id) {
    return new Hold(id, "ann", CREDITS, Usd.of("0.25"), NOW);
  }

  private static Claim claim(CreditField field, long nanos, int holds) {
    return new Claim(field, nanos, holds, 9, NOW.plusSeconds(10));
  }
}
