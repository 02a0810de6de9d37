package xyz.trollllm.billing.mongo;

import static xyz.trollllm.billing.mongo.Documents.exists;
import static xyz.trollllm.billing.mongo.Paths.hold;
import static xyz.trollllm.billing.mongo.Paths.late;
import static xyz.trollllm.billing.mongo.Paths.outbox;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.Hold;
import xyz.trollllm.billing.HoldRequest;
import xyz.trollllm.billing.Settlement;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.CreditField;

/**
 * The updates that hold and move money, as pure functions: no clock, no store.
 *
 * <p>Why repeating any of them, or one of them arriving late, moves money once:
 *
 * <ul>
 *   <li>A hold is set only while neither a hold nor an outbox entry nor a past request of its id
 *       exists, and only before its deadline by the store's clock. The id stays known until that
 *       deadline is safely over, so a straggler finds either the id or a deadline that has passed.
 *   <li>A hold is raised only from the amount it has, which it then no longer has. The hold
 *       remembers the amounts it had, so that whoever knows one of them may settle it.
 *   <li>A charge is taken in the update that turns its hold into an outbox entry; without the hold
 *       it does not match.
 *   <li>A late charge is taken in the update that adds its own outbox entry beside that of the
 *       expired hold, which outlives every attempt.
 *   <li>A charge is given back in the update that adds the entry of its refund, before a deadline
 *       as that of a hold; the entry is kept for long after that.
 *   <li>A charge without a hold is taken, for a request that was admitted while the store did not
 *       answer, in the update that adds its outbox entry, while nothing is known of its id and
 *       before a deadline. Right before each such attempt the user and the log are looked at, its
 *       deadline counts from before the look, and the entry outlives twice the time to it. So of
 *       two attempts the later one sees the earlier in its look, or has its deadline while the
 *       earlier one's entry still stands.
 * </ul>
 */
final class LedgerStatements {
  /** How long after a deadline by one machine's clock it has passed by every machine's clock. */
  static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(2);

  /** How long a hold that expired may still be settled. */
  static final Duration LATE_HORIZON = Duration.ofHours(24);

  static final String EXPIRED = "expired";

  static final String LATE = "late";
  static final String TAKEN = "taken";
  static final String REFUNDED = "refunded";

  /** What entries of the outbox may say of how their requests ended. */
  static final Set<String> STATES = Set.of("ok", "error", "cancelled", EXPIRED, LATE, REFUNDED);

  private final String instance;
  private final Duration reserveWindow;
  private final int maxOpenHolds;
  private final Duration extension;

  LedgerStatements(MongoLedgerOptions options) {
    this.instance = options.instance();
    this.reserveWindow = options.reserveWindow();
    this.maxOpenHolds = options.maxOpenHolds();
    this.extension = options.extension();
  }

  /** A hold that is wanted: what it will be, until when it may be set, and how. */
  record Reserve(Hold hold, Instant deadline, UserUpdate update) {}

  Reserve reserve(HoldRequest request, Instant now) {
    CreditField field = request.creditField();
    long nanos = request.amount().nanos();
    Instant deadline = earlier(deadline(now), request.notAfter());
    Instant expiresAt = now.plus(request.lifetime()).truncatedTo(ChronoUnit.MILLIS);
    String id = request.requestId();
    Hold hold = new Hold(id, request.userId(), field, request.amount(), expiresAt);

    Document condition = mayBeSpent(field, now);
    condition.putAll(unknown(id, field, now));
    Claim claim = new Claim(field, nanos, 1, maxOpenHolds, deadline);
    Document entry =
        new Document("f", field.balanceField())
            .append("n", nanos)
            .append("x", date(expiresAt))
            .append("i", instance);
    Document update =
        new Document("$set", new Document(hold(id), entry))
            .append("$inc", new Document(Paths.held(field), nanos).append(Paths.OPEN_HOLDS, 1))
            .append("$min", new Document(Paths.NEXT_EXPIRY, date(expiresAt)));
    return new Reserve(
        hold, deadline, new UserUpdate(request.userId(), condition, List.of(claim), update));
  }

  private static Instant earlier(Instant one, @Nullable Instant other) {
    return other != null && other.isBefore(one) ? other : one;
  }

  /** Nothing is known of the request, neither that it is under way nor that it has ended. */
  private Document unknown(String id, CreditField field, Instant now) {
    Document condition =
        new Document(Paths.opening(field), exists(true))
            .append(hold(id), exists(false))
            .append(outbox(id), exists(false));
    for (String array : pastOf(now)) {
      condition.append(Past.path(array), new Document("$nin", List.of(id)));
    }
    return condition;
  }

  private static Document mayBeSpent(CreditField field, Instant now) {
    return new Document(Paths.ACTIVE, new Document("$ne", false))
        .append(field.expiryField(), new Document("$not", new Document("$lte", date(now))));
  }

  /** Until when a statement that sets credit aside may take effect. */
  Instant deadline(Instant now) {
    return now.plus(reserveWindow);
  }

  /** Raises a hold from the amount that {@code hold} has to {@code amount}. */
  static UserUpdate raise(Hold hold, Usd amount, Instant deadline, Instant now) {
    CreditField field = hold.creditField();
    long nanos = amount.nanos();
    long more = nanos - hold.amount().nanos();
    Document condition = mayBeSpent(field, now);
    condition.putAll(holdStands(hold));
    Claim claim = new Claim(field, more, 0, Integer.MAX_VALUE, deadline);
    String path = hold(hold.requestId());
    return new UserUpdate(
        hold.userId(),
        condition,
        List.of(claim),
        new Document("$set", new Document(path + ".n", nanos))
            .append("$push", new Document(path + ".w", hold.amount().nanos()))
            .append("$inc", new Document(Paths.held(field), more)));
  }

  /** Where the id of a request may stand that was settled before {@code now} or will be soon. */
  private List<String> pastOf(Instant now) {
    return Past.arrays(now, now.plus(reserveWindow.plus(CLOCK_TOLERANCE).multipliedBy(2)));
  }

  UserUpdate settle(Settlement settlement, Instant now) {
    Hold hold = settlement.hold();
    Document increments = charge(settlement);
    increments.putAll(release(hold));
    return new UserUpdate(
        hold.userId(),
        holdStands(hold),
        new Document("$unset", new Document(hold(hold.requestId()), ""))
            .append("$inc", increments)
            .append("$set", outboxEntry(hold.requestId(), taken(settlement, now))));
  }

  /**
   * Takes the charge of a request that was admitted without the store and has no hold there. Asks
   * for no balance: what was served is owed.
   *
   * @param beforeLook when the look at user and log had not begun yet that found nothing of it
   */
  UserUpdate settleUnheld(Settlement settlement, Instant beforeLook) {
    Hold hold = settlement.hold();
    String id = hold.requestId();
    Document condition = unknown(id, hold.creditField(), beforeLook);
    return new UserUpdate(
        hold.userId(),
        condition,
        List.of(Claim.until(deadline(beforeLook))),
        new Document("$inc", charge(settlement))
            .append("$set", outboxEntry(id, taken(settlement, beforeLook))));
  }

  private Document taken(Settlement settlement, Instant now) {
    Duration kept = reserveWindow.plus(CLOCK_TOLERANCE);
    return entry(
        settlement.outcome().name().toLowerCase(Locale.ROOT),
        now.plus(settlement.hold().graced() ? kept.multipliedBy(2) : kept),
        LogRow.of(settlement, TAKEN, now));
  }

  /** Takes a charge whose hold was released as expired. The entry of the release stays as it is. */
  UserUpdate settleLate(Settlement settlement, Instant now) {
    String id = settlement.hold().requestId();
    Document condition =
        new Document(hold(id), exists(false))
            .append(outbox(id) + ".s", EXPIRED)
            .append(outbox(late(id)), exists(false));
    // Must outlive the entry of the release, which permits this update.
    Instant keptUntil = now.plus(LATE_HORIZON).plus(Duration.ofHours(1));
    Document entry = entry(LATE, keptUntil, LogRow.of(settlement, LATE, now));
    return new UserUpdate(
        settlement.hold().userId(),
        condition,
        new Document("$inc", charge(settlement)).append("$set", outboxEntry(late(id), entry)));
  }

  /**
   * Gives a charge back. Whoever made it last looked at the document and the log after {@code now}.
   */
  UserUpdate refund(Refund refund, Instant now) {
    CreditField field = refund.field();
    long nanos = refund.charge().nanos();
    String id = Paths.refund(refund.requestId());
    Document condition =
        new Document(hold(refund.requestId()), exists(false)).append(outbox(id), exists(false));
    Document entry =
        entry(REFUNDED, now.plus(LATE_HORIZON), LogRow.ofRefund(refund, instance, now));
    Document increments =
        new Document(field.balanceField(), LegacyDollars.of(nanos))
            .append(field.usedField(), LegacyDollars.of(-nanos))
            .append(Paths.refunded(field), nanos);
    return new UserUpdate(
        refund.userId(),
        condition,
        List.of(Claim.until(deadline(now))),
        new Document("$inc", increments).append("$set", outboxEntry(id, entry)));
  }

  /** Releases a hold that expired before {@code before}, and charges nothing. */
  UserUpdate expire(Hold hold, Instant before, Instant now) {
    Document condition =
        holdStands(hold).append(hold(hold.requestId()) + ".x", new Document("$lt", date(before)));
    Document entry = entry(EXPIRED, now.plus(LATE_HORIZON), LogRow.ofExpired(hold, instance, now));
    return new UserUpdate(
        hold.userId(),
        condition,
        new Document("$unset", new Document(hold(hold.requestId()), ""))
            .append("$inc", release(hold))
            .append("$set", outboxEntry(hold.requestId(), entry)));
  }

  /** Moves a hold's expiry away; never nearer. */
  UserUpdate extend(Hold hold, Instant now) {
    String path = hold(hold.requestId());
    return new UserUpdate(
        hold.userId(),
        new Document(path, exists(true)),
        new Document("$max", new Document(path + ".x", date(now.plus(extension)))));
  }

  /** Notes when to look for expired holds of this user next; null when there are none. */
  static UserUpdate nextExpiry(String userId, Date seen, @Nullable Instant next) {
    Document condition = new Document(Paths.NEXT_EXPIRY, seen);
    if (next == null) {
      return new UserUpdate(
          userId,
          condition.append(Paths.OPEN_HOLDS, 0),
          new Document("$unset", new Document(Paths.NEXT_EXPIRY, "")));
    }
    return new UserUpdate(
        userId, condition, new Document("$set", new Document(Paths.NEXT_EXPIRY, date(next))));
  }

  private Document entry(String state, Instant keptUntil, Document row) {
    return new Document("x", date(keptUntil))
        .append("s", state)
        .append("i", instance)
        .append("row", PackedRow.of(row));
  }

  private static Document outboxEntry(String id, Document entry) {
    return new Document(outbox(id), entry).append(Paths.DIRTY, true);
  }

  private static Document holdStands(Hold hold) {
    String path = hold(hold.requestId());
    return new Document(path + ".f", hold.creditField().balanceField())
        .append(path + ".n", hold.amount().nanos());
  }

  private static Document release(Hold hold) {
    return new Document(Paths.held(hold.creditField()), -hold.amount().nanos())
        .append(Paths.OPEN_HOLDS, -1);
  }

  private static Document charge(Settlement settlement) {
    CreditField field = settlement.hold().creditField();
    long nanos = settlement.charge().nanos();
    Document increments = new Document(Paths.spent(field), nanos);
    if (nanos != 0) {
      increments
          .append(field.balanceField(), LegacyDollars.of(-nanos))
          .append(field.usedField(), LegacyDollars.of(nanos));
    }
    return increments.append(Paths.TOKENS, settlement.record().usage().totalTokens());
  }

  private static Date date(Instant instant) {
    return Date.from(instant);
  }
}
