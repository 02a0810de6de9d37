package xyz.trollllm.billing.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.billing.Requests.settlement;
import static xyz.trollllm.config.CreditField.CREDITS;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import org.bson.Document;
import org.bson.types.Binary;
import org.bson.types.Decimal128;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import xyz.trollllm.billing.Hold;
import xyz.trollllm.billing.HoldRequest;
import xyz.trollllm.billing.Requests;
import xyz.trollllm.billing.Usd;

/**
 * Books in which every kind of entry stands, and one thing after the other that is wrong with them.
 * Each is found, by the kind that names it.
 */
final class AuditFindsCorruptionTest extends LedgerFixture {
  private static final String LATE = "late-one";

  /** One value at one place of the user's document, and what it is called. */
  enum Corruption {
    BALANCE("credits", 17.0, "balance"),
    BALANCE_IS_TEXT("credits", "17", "malformed"),
    BALANCE_IS_NO_NUMBER("credits", Double.NaN, "malformed"),
    BALANCE_IS_GONE("credits", null, "balance"),
    BALANCE_IS_DECIMAL("credits", Decimal128.POSITIVE_INFINITY, "malformed"),
    USED("creditsUsed", 17.0, "used"),
    OPENING("gw.open.credits", 17.0, "balance"),
    OPENING_IS_GONE("gw.open.credits", null, "malformed"),
    OPENING_USE("gw.used.credits", 17.0, "used"),
    SPENT("gw.spent.credits", 1L, "log"),
    SPENT_IS_A_DOUBLE("gw.spent.credits", 0.25, "malformed"),
    SPENT_IS_NEGATIVE("gw.spent.credits", -5L, "negative"),
    SPENT_IS_GONE("gw.spent", null, "log"),
    SPENT_ELSEWHERE("gw.spent.creditsNew", 5L, "log"),
    TOP_UP("gw.topup.credits", 5L, "changes"),
    TOP_UP_IS_GONE("gw.topup", null, "balance"),
    FOREIGN("gw.foreign.credits", 5_000_000L, "changes"),
    REFUNDED("gw.refund.credits", 5L, "refunds"),
    HELD("gw.held.credits", 5L, "held"),
    HELD_ELSEWHERE("gw.held.creditsNew", 5L, "held"),
    HELD_IS_TEXT("gw.held.credits", "5", "malformed"),
    HELD_IS_NO_DOCUMENT("gw.held", 5L, "held"),
    HOLD_COUNT("gw.n", 2, "hold-count"),
    HOLD_COUNT_IS_NEGATIVE("gw.n", -1, "negative"),
    NEXT_EXPIRY_IS_GONE("gw.nx", null, "next-expiry"),
    NEXT_EXPIRY_IS_LATE("gw.nx", in(Duration.ofDays(9)), "next-expiry"),
    HOLDS_ARE_GONE("gw.h", null, "held"),
    HOLD_AMOUNT("gw.h.$.n", 5L, "held"),
    HOLD_FIELD("gw.h.$.f", "creditsNew", "held"),
    HOLD_OF_NO_FIELD("gw.h.$.f", "refCredits", "malformed"),
    HOLD_WITHOUT_END("gw.h.$.x", null, "malformed"),
    HOLD_THAT_NEVER_ENDS("gw.h.$.x", in(Duration.ofDays(9)), "orphan-hold"),
    HOLD_THAT_ENDED_LONG_AGO("gw.h.$.x", in(Duration.ofHours(-1)), "orphan-hold"),
    HOLD_IS_TEXT("gw.h.$", "x", "malformed"),
    OUTBOX_IS_GONE("gw.out", null, "log"),
    ENTRY_ROW_IS_GONE("gw.out.waiting.row", null, "log"),
    ENTRY_ROW_IS_UNREADABLE(
        "gw.out.waiting.row", new Binary(new byte[] {9, 0, 0, 0, 1}), "malformed"),
    ENTRY_ROW_IS_TEXT("gw.out.waiting.row", "row", "malformed"),
    ENTRY_STATE("gw.out.waiting.s", "fine", "malformed"),
    ENTRY_WITHOUT_TIME("gw.out.waiting.x", null, "malformed"),
    ENTRY_OF_OLD("gw.out." + LATE + ".x", in(Duration.ofHours(-1)), "not-drained"),
    ENTRY_IS_TEXT("gw.out.waiting", "x", "malformed"),
    PAST_OF_OLD("gw.past.1", List.of("x"), "not-drained"),
    PAST_IS_TEXT("gw.past.1", "x", "malformed"),
    NOT_DIRTY("gw.dirty", null, "not-marked"),
    NOTES_ARE_GONE("gw.changes", null, "changes"),
    NOTES_ARE_TEXT("gw.changes", "x", "malformed"),
    NOTE_AMOUNT("gw.changes.0.n", 5L, "changes"),
    NOTE_KIND("gw.changes.0.k", "gift", "malformed"),
    NOTE_FIELD("gw.changes.0.f", "creditsNew", "changes");

    final String path;

    @SuppressWarnings("ImmutableEnumChecker") // none of the values is ever changed
    final @Nullable Object value;

    final String kind;

    Corruption(String path, @Nullable Object value, String kind) {
      this.path = path;
      this.value = value;
      this.kind = kind;
    }

    private static Date in(Duration time) {
      return Date.from(Instant.now().plus(time));
    }
  }

  /** A user with a hold, a row in the log, one on its way there, a late charge and a top-up. */
  private Hold serve() {
    users.insertOne(new Document("_id", USER).append("credits", 9.0).append("creditsUsed", 3.0));
    new CreditChanges(mongo.database())
        .topUp(USER, CREDITS, Usd.of("1"), CreditChanges.Note.of("eve", "paid"));
    Hold late = reserve(named(LATE));
    clock.move(Duration.ofMinutes(30));
    ledger.upkeep().sweepOnce();
    clock.move(Duration.ofMinutes(-30));
    settle(settlement(late, "0.125"));
    settle(settlement(reserve(named("logged")), "0.25"));
    ledger.upkeep().drainOnce();
    settle(settlement(reserve(named("waiting")), "0.5"));
    return reserve(named("open"));
  }

  private static HoldRequest named(String id) {
    return new HoldRequest(id, USER, CREDITS, Usd.of("1"), Requests.LIFETIME);
  }

  @ParameterizedTest
  @EnumSource
  void wrongValueInTheDocumentIsNamed(Corruption corruption) {
    serve();
    Document before = user();
    assertThat(findings()).isEmpty();
    String path = corruption.path.replace("$", "open");

    users.updateOne(
        new Document("_id", USER),
        corruption.value == null
            ? new Document("$unset", new Document(path, ""))
            : new Document("$set", new Document(path, corruption.value)));

    assertThat(findings())
        .as("findings after %s = %s", path, corruption.value)
        .anyMatch(difference -> difference.kind().label().equals(corruption.kind))
        .allMatch(difference -> difference.userId().equals(USER));
    users.replaceOne(new Document("_id", USER), before);
  }

  /** One value of a row, and what it is called. */
  enum RowCorruption {
    AMOUNT("logged", "costN", 1L, "log"),
    AMOUNT_IS_A_DOUBLE("logged", "costN", 0.25, "malformed"),
    AMOUNT_IS_NEGATIVE("logged", "costN", -5L, "negative"),
    AMOUNT_IS_GONE("logged", "costN", null, "log"),
    AMOUNT_OVERFLOWS("logged", "costN", Long.MAX_VALUE, "log"),
    DOLLARS("logged", "creditsCost", 17.0, "dollars"),
    FIELD("logged", "creditField", "creditsNew", "log"),
    NO_FIELD("logged", "creditField", "refCredits", "malformed"),
    TYPE("logged", "creditType", "openhands", "malformed"),
    USER_OF_ANOTHER("logged", "userId", "bob", "no-books"),
    OUTCOME("logged", "balanceOutcome", "expired", "malformed"),
    OUTCOME_IS_GONE("logged", "balanceOutcome", null, "malformed"),
    OUTCOME_IS_REFUND("logged", "balanceOutcome", "refunded", "negative"),
    EXPIRED_WITH_CHARGE(LATE, "costN", 5L, "malformed"),
    CHARGED_IN_TIME_AND_LATE(LATE, "costN", 5L, "charged-twice");

    final String id;
    final String name;

    @SuppressWarnings("ImmutableEnumChecker") // none of the values is ever changed
    final @Nullable Object value;

    final String kind;

    RowCorruption(String id, String name, @Nullable Object value, String kind) {
      this.id = id;
      this.name = name;
      this.value = value;
      this.kind = kind;
    }
  }

  @ParameterizedTest
  @EnumSource
  void wrongValueInTheLogIsNamed(RowCorruption corruption) {
    serve();
    Document id = new Document("_id", corruption.id);
    Document before = logs.find(id).first();
    assertThat(before).isNotNull();
    assertThat(findings()).isEmpty();

    logs.updateOne(
        id,
        corruption.value == null
            ? new Document("$unset", new Document(corruption.name, ""))
            : new Document("$set", new Document(corruption.name, corruption.value)));

    assertThat(findings())
        .as("findings after %s", corruption)
        .anyMatch(difference -> difference.kind().label().equals(corruption.kind));
    logs.replaceOne(id, before);
  }

  @Test
  void rowOfTheOutboxThatStandsWithAnotherAmountIsNamed() {
    serve();
    Document entry = user().getEmbedded(Arrays.asList("gw", "out", "waiting"), Document.class);
    Document row = PackedRow.unpacked(entry.get("row", Binary.class));
    logs.insertOne(new Document("_id", "waiting").append("costN", 7L).append("userId", USER));

    assertThat(findings())
        .anyMatch(difference -> difference.kind() == Difference.Kind.OTHER_AMOUNT);

    assertThat(row.getLong("costN")).isEqualTo(500_000_000L);
    logs.deleteOne(new Document("_id", "waiting"));
  }

  private List<Difference> findings() {
    List<Difference> findings = new ArrayList<>();
    new LedgerAudit(mongo.database(), 1, () -> false).run(findings::add, _ -> {});
    return findings;
  }
}
