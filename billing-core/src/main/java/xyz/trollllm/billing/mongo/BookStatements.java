package xyz.trollllm.billing.mongo;

import static xyz.trollllm.billing.mongo.Documents.exists;

import java.util.List;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.CreditField;

/**
 * The updates that keep a user's books without a request: where they begin, and what is added past
 * the gateway. Pure functions: no clock, no store.
 */
final class BookStatements {
  private BookStatements() {}

  /** What {@link #anchor} notes, as parts of the user's document. */
  static Document anchored(CreditField field) {
    return new Document(field.balanceField(), 1).append(field.usedField(), 1);
  }

  /**
   * Notes the balance, and what was used of it, before the gateway's first touch, if both are still
   * what was read of {@code user}.
   */
  static UserUpdate anchor(String userId, CreditField field, Document user) {
    Number balance = Documents.at(user, field.balanceField(), Number.class);
    Number used = Documents.at(user, field.usedField(), Number.class);
    Document condition =
        new Document(field.balanceField(), balance == null ? exists(false) : balance)
            .append(field.usedField(), used)
            .append(Paths.opening(field), exists(false));
    Document noted =
        new Document(Paths.opening(field), balance == null ? LegacyDollars.of(0) : balance)
            .append(Paths.openingUse(field), used == null ? LegacyDollars.of(0) : used);
    return new UserUpdate(userId, condition, new Document("$set", noted));
  }

  /** Adds to a balance that the gateway has touched before, unless {@code note} stands there. */
  static UserUpdate topUp(String userId, CreditField field, Usd amount, Document note) {
    long nanos = amount.nanos();
    return new UserUpdate(
        userId,
        new Document(Paths.opening(field), exists(true))
            .append(Paths.CHANGES + ".id", new Document("$ne", note.get("id"))),
        new Document(
                "$inc",
                new Document(field.balanceField(), LegacyDollars.of(nanos))
                    .append(Paths.topUps(field), nanos))
            .append("$push", noted(note)));
  }

  /**
   * Counts what others changed into the books, if they are still as they were read.
   *
   * @param before what was confirmed before; null if nothing was
   */
  static UserUpdate confirm(
      String userId, BookedField field, Usd amount, @Nullable Number before, Document note) {
    String path = Paths.foreign(field);
    return new UserUpdate(
        userId,
        new Document(path, before == null ? exists(false) : before)
            .append(Paths.CHANGES + ".id", new Document("$ne", note.get("id"))),
        new Document("$inc", new Document(path, amount.nanos())).append("$push", noted(note)));
  }

  private static Document noted(Document note) {
    return new Document(
        Paths.CHANGES, new Document("$each", List.of(note)).append("$slice", -ChangeNotes.KEPT));
  }
}
