package xyz.trollllm.billing.mongo;

import com.mongodb.MongoException;
import com.mongodb.client.MongoDatabase;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.RequestIds;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.CreditField;

/**
 * Gives charges back, each once. Blocks. Safe for use by many threads, and while instances run.
 *
 * <p>The one update that gives a charge back puts an entry into the outbox and happens only without
 * that entry and before its deadline by the store's clock. The user's document is read first and
 * the log after it: an entry leaves the one only when its row stands in the other, and not for a
 * day. So whoever finds neither and still changes something within the deadline is the first.
 */
public final class Refunds {
  private static final Duration FOR_EVER = Duration.ofDays(36_500);

  private final LedgerStore store;
  private final LedgerStatements statements;
  private final Clock clock;

  /**
   * Refunds in {@code database}.
   *
   * @param instance the name of this process in what it writes
   */
  public Refunds(MongoDatabase database, String instance) {
    this(new MongoLedgerStore(database), MongoLedgerOptions.of(instance), Clock.systemUTC());
  }

  Refunds(LedgerStore store, MongoLedgerOptions options, Clock clock) {
    this.store = store;
    this.statements = new LedgerStatements(options);
    this.clock = clock;
  }

  /**
   * Gives back what was charged for a request.
   *
   * @param by who wants it
   * @param reason why
   * @throws MongoException if the store does not answer; then it is unknown whether it was given
   *     back, and asking again tells
   */
  public Refunded refund(String requestId, String by, String reason) {
    if (!RequestIds.isValid(requestId)) {
      return new Refunded.UnknownRequest();
    }
    String userId = userOf(requestId);
    if (userId == null) {
      return new Refunded.UnknownRequest();
    }
    Instant now = clock.instant();
    Document shown =
        new Document(Paths.hold(requestId), 1)
            .append(Paths.outbox(requestId), 1)
            .append(Paths.outbox(Paths.late(requestId)), 1)
            .append(Paths.outbox(Paths.refund(requestId)), 1);
    Document user = store.user(userId, shown);
    if (user == null) {
      return new Refunded.UnknownUser(userId);
    }
    if (Documents.at(user, Paths.hold(requestId), Object.class) != null) {
      return new Refunded.UnderWay(userId);
    }
    List<Document> rows = rows(requestId, user);
    Document before = ofOutcome(rows, true);
    if (before != null) {
      return doneBefore(before);
    }
    if (Documents.at(user, Paths.outbox(Paths.refund(requestId)), Object.class) != null) {
      throw new IllegalStateException("the row of the refund of " + requestId + " is missing");
    }
    return refund(requestId, userId, rows, by, reason, now);
  }

  /** The rows of a request, from the outbox or the log. */
  private List<Document> rows(String requestId, Document user) {
    List<Document> rows = new ArrayList<>();
    List<String> waiting = new ArrayList<>();
    for (OutboxEntry entry : OutboxEntry.in(user)) {
      if (entry.row() != null) {
        rows.add(entry.logRow());
        waiting.add(entry.id());
      }
    }
    for (String id : List.of(requestId, Paths.late(requestId), Paths.refund(requestId))) {
      Document row = waiting.contains(id) ? null : store.logRow(id);
      if (row != null) {
        rows.add(row);
      }
    }
    return rows;
  }

  private static @Nullable Document ofOutcome(List<Document> rows, boolean refund) {
    return rows.stream()
        .filter(row -> LoggedRequest.isRefund(row) == refund)
        .filter(row -> refund || Documents.count(row, LogRow.NANOS) != 0)
        .findFirst()
        .orElse(null);
  }

  private Refunded refund(
      String requestId, String userId, List<Document> rows, String by, String reason, Instant now) {
    Document charged = ofOutcome(rows, false);
    if (charged == null) {
      return rows.isEmpty() ? new Refunded.UnknownRequest() : new Refunded.NothingCharged(userId);
    }
    CreditField field = Paths.field(charged.getString(LogRow.FIELD));
    Usd charge = Usd.ofNanos(Documents.count(charged, LogRow.NANOS));
    Refund refund =
        new Refund(requestId, userId, field, charge, charged.getString("model"), by, reason);
    if (store.update(statements.refund(refund, now))) {
      return new Refunded.Done(userId, field, charge);
    }
    Document user = store.user(userId, new Document(Paths.outbox(Paths.refund(requestId)), 1));
    if (user != null && !OutboxEntry.in(user).isEmpty()) {
      return new Refunded.DoneBefore(userId, field, charge, now);
    }
    return new Refunded.NotInTime();
  }

  private static Refunded doneBefore(Document row) {
    return new Refunded.DoneBefore(
        row.getString(LogRow.USER),
        Paths.field(row.getString(LogRow.FIELD)),
        LoggedRequest.refunded(row),
        row.getDate(LogRow.CREATED).toInstant());
  }

  /** Whose request it is; null if nobody's. */
  private @Nullable String userOf(String requestId) {
    String logged = loggedUser(requestId);
    if (logged != null) {
      return logged;
    }
    List<String> found = new ArrayList<>();
    store.usersWithHoldsExpiring(
        clock.instant().plus(FOR_EVER),
        user -> {
          if (Documents.at(user, Paths.hold(requestId), Object.class) != null) {
            found.add(user.getString("_id"));
          }
        });
    if (found.isEmpty()) {
      store.dirtyUsers(user -> {
        if (user.entries().stream().anyMatch(entry -> entry.id().equals(requestId))) {
          found.add(user.userId());
        }
      });
    }
    // If neither: it may have been settled, and brought to the log, since the first look there.
    return found.isEmpty() ? loggedUser(requestId) : found.getFirst();
  }

  /** Rows of other programs have no such outcome. */
  private @Nullable String loggedUser(String requestId) {
    Document row = store.logRow(requestId);
    return row != null && row.containsKey(LogRow.BALANCE_OUTCOME)
        ? row.getString(LogRow.USER)
        : null;
  }
}
