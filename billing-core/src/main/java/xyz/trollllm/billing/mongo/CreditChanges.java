package xyz.trollllm.billing.mongo;

import com.mongodb.client.MongoDatabase;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.CreditField;

/**
 * Top-ups, and what others changed as far as an operator confirms it: both are counted beside the
 * balances, so that an audit tells them from a mistake. All methods block. Safe for use by many
 * threads.
 *
 * <p>Every change is one conditional update that leaves a note under the operation's id. So it may
 * be repeated after any failure, as long as the note is one of the user's newest fifty.
 */
public final class CreditChanges {
  /** Attempts to note a balance that others change at the same moment. */
  private static final int ATTEMPTS = 20;

  private final LedgerStore store;

  public CreditChanges(MongoDatabase database) {
    this(new MongoLedgerStore(database));
  }

  CreditChanges(LedgerStore store) {
    this.store = store;
  }

  /**
   * Who changes something and why.
   *
   * @param id the operation's: whoever repeats it changes nothing
   */
  public record Note(String id, String by, String reason) {
    /** A note of a new operation. */
    public static Note of(String by, String reason) {
      return new Note(UUID.randomUUID().toString(), by, reason);
    }
  }

  /** Adds to one balance, and to what was added; a negative amount takes away. */
  public CreditChange topUp(String userId, CreditField field, Usd amount, Note note) {
    BookedField booked = new BookedField(field, false);
    Document noted = document(ChangeNotes.TOP_UP, booked, amount, note);
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (store.update(BookStatements.topUp(userId, field, amount, noted))) {
        return new CreditChange.Done();
      }
      Document user = read(userId);
      if (user == null) {
        return new CreditChange.UnknownUser();
      }
      CreditChange before = doneBefore(user, noted);
      if (before != null) {
        return before;
      }
      store.update(BookStatements.anchor(userId, field, user));
    }
    throw new IllegalStateException(
        "the " + field.balanceField() + " of " + userId + " changed at every attempt");
  }

  /**
   * Takes what others added to a field (or took from it, if negative) for right.
   *
   * @param amount exactly what {@link LedgerAudit} reports
   */
  public CreditChange confirm(String userId, BookedField field, Usd amount, Note note) {
    Document noted = document(ChangeNotes.FOREIGN, field, amount, note);
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Document user = read(userId);
      if (user == null) {
        return new CreditChange.UnknownUser();
      }
      CreditChange before = doneBefore(user, noted);
      if (before != null) {
        return before;
      }
      Usd unexplained =
          BalanceCheck.isAnchored(user, field) ? BalanceCheck.unexplained(user, field) : Usd.ZERO;
      if (amount.equals(Usd.ZERO) || !LegacyDollars.isNear(amount, unexplained)) {
        return new CreditChange.OtherAmount(unexplained);
      }
      Number confirmed = Documents.at(user, Paths.foreign(field), Number.class);
      if (store.update(BookStatements.confirm(userId, field, amount, confirmed, noted))) {
        return new CreditChange.Done();
      }
    }
    throw new IllegalStateException("the books of " + userId + " changed at every attempt");
  }

  private @Nullable Document read(String userId) {
    Document shown = UserBooks.projection();
    shown.remove("now");
    return store.user(userId, shown);
  }

  private static Document document(String kind, BookedField field, Usd amount, Note note) {
    return new Document("id", note.id())
        .append("k", kind)
        .append("f", field.name())
        .append("n", amount.nanos())
        .append("at", Date.from(Instant.now()))
        .append("by", note.by())
        .append("why", note.reason());
  }

  /** Null if no note of that id stands there. */
  private static @Nullable CreditChange doneBefore(Document user, Document noted) {
    for (Object stored : notes(user)) {
      if (stored instanceof Document note && Objects.equals(noted.get("id"), note.get("id"))) {
        boolean same =
            List.of("k", "f", "n").stream()
                .allMatch(name -> Objects.equals(noted.get(name), note.get(name)));
        return same ? new CreditChange.DoneBefore() : new CreditChange.OtherOperation();
      }
    }
    return null;
  }

  private static List<?> notes(Document user) {
    List<?> notes = Documents.at(user, Paths.CHANGES, List.class);
    return notes == null ? List.of() : notes;
  }
}
