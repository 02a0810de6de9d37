package xyz.trollllm.billing.mongo;

import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.Hold;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.CreditField;

/** A user's document as one request sees it: its own hold and entries, and its own credit field. */
record AccountView(String userId, CreditField field, String requestId, Document document) {

  /** The parts of a user's document that are looked at, the other credit field not among them. */
  static Document projection(CreditField field, String requestId) {
    return new Document(Paths.ACTIVE, 1)
        .append(field.balanceField(), 1)
        .append(field.expiryField(), 1)
        .append(Paths.held(field), 1)
        .append(Paths.opening(field), 1)
        .append(Paths.OPEN_HOLDS, 1)
        .append(Paths.hold(requestId), 1)
        .append(Past.path(), 1)
        .append(Paths.outbox(requestId), 1)
        .append(Paths.outbox(Paths.late(requestId)), 1);
  }

  /** The hold of this request, if it stands. */
  @Nullable Hold hold() {
    Document stored = Documents.at(document, Paths.hold(requestId), Document.class);
    return stored == null ? null : hold(userId, requestId, stored);
  }

  /** The hold of this request if it is the known one, be it as it was or raised. */
  @Nullable Hold standing(Hold known) {
    Hold standing = hold();
    return standing != null
            && known.creditField() == standing.creditField()
            && (known.graced()
                || known.amount().equals(standing.amount())
                || wasRaisedFrom(known.amount()))
        ? standing
        : null;
  }

  private boolean wasRaisedFrom(Usd amount) {
    List<?> earlier = Documents.at(document, Paths.hold(requestId) + ".w", List.class);
    return earlier != null && earlier.contains(amount.nanos());
  }

  /** A stored hold. */
  static Hold hold(String userId, String requestId, Document stored) {
    CreditField field = Paths.field(stored.getString("f"));
    Usd amount = Usd.ofNanos(stored.get("n", Number.class).longValue());
    return new Hold(requestId, userId, field, amount, stored.getDate("x").toInstant());
  }

  boolean hasEnded() {
    return Documents.at(document, Paths.outbox(requestId), Document.class) != null || isPast();
  }

  private boolean isPast() {
    Document past = Documents.at(document, Past.path(), Document.class);
    return past != null
        && past.values().stream().anyMatch(ids -> ((List<?>) ids).contains(requestId));
  }

  boolean hasExpiredHold() {
    String state = Documents.at(document, Paths.outbox(requestId) + ".s", String.class);
    return LedgerStatements.EXPIRED.equals(state);
  }

  boolean hasEndedLate() {
    String path = Paths.outbox(Paths.late(requestId));
    return Documents.at(document, path, Object.class) != null;
  }

  boolean isDisabled() {
    return Boolean.FALSE.equals(Documents.at(document, Paths.ACTIVE, Boolean.class));
  }

  boolean isCreditExpired(Instant now) {
    Date expiry = Documents.at(document, field.expiryField(), Date.class);
    return expiry != null && !expiry.toInstant().isAfter(now);
  }

  long openHolds() {
    return Documents.count(document, Paths.OPEN_HOLDS);
  }

  /** The balance as it is stored; null if the user has none. */
  @Nullable Number balance() {
    return Documents.at(document, field.balanceField(), Number.class);
  }

  boolean covers(Usd amount) {
    Number balance = balance();
    return balance != null && LegacyDollars.covers(balance, heldNanos(), amount.nanos());
  }

  /** The balance less what is held of it. */
  Usd available() {
    Number balance = balance();
    return (balance == null ? Usd.ZERO : LegacyDollars.usd(balance))
        .minus(Usd.ofNanos(heldNanos()));
  }

  private long heldNanos() {
    return Documents.count(document, Paths.held(field));
  }

  boolean isAnchored() {
    return Documents.at(document, Paths.opening(field), Number.class) != null;
  }
}
