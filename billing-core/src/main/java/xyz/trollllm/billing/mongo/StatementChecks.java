package xyz.trollllm.billing.mongo;

import com.mongodb.client.MongoDatabase;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.TreeSet;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.Basis;
import xyz.trollllm.billing.Cost;
import xyz.trollllm.billing.Hold;
import xyz.trollllm.billing.HoldRequest;
import xyz.trollllm.billing.RequestRecord;
import xyz.trollllm.billing.Settlement;
import xyz.trollllm.billing.TokenCounts;
import xyz.trollllm.billing.TokenUsage;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.CreditField;

/**
 * The ledger's own statements, each as the ledger sends it and once more: the first must happen,
 * its repetition must not. Tried on a database of their own, whose books are audited at the end.
 */
final class StatementChecks {
  private static final String USER = "statement-checks";
  private static final CreditField FIELD = CreditField.CREDITS;
  private static final Duration LIFETIME = Duration.ofMinutes(5);

  private final MongoDatabase database;
  private final LedgerStore store;
  private final LedgerStatements statements =
      new LedgerStatements(MongoLedgerOptions.of("verify-store"));
  private final List<String> wrong = new ArrayList<>();
  private int tried;

  StatementChecks(MongoDatabase database) {
    this.database = database;
    this.store = new MongoLedgerStore(database);
  }

  /** The statements of two requests: one as usual, one that expires and is charged late. */
  StoreFinding statements() {
    database
        .getCollection(Collections.USERS)
        .insertOne(new Document("_id", USER).append(FIELD.balanceField(), 10.0));
    Instant now = Instant.now();
    once("anchor", BookStatements.anchor(USER, FIELD, read()));
    topUp();
    Hold hold = reserve("request-1", now);
    Hold raised = hold.of(Usd.of("2"));
    once("raise", LedgerStatements.raise(hold, raised.amount(), now.plus(LIFETIME), now));
    happens("extend", statements.extend(raised, now));
    once("settle", statements.settle(settlement(raised), now));
    Refund refund = new Refund("request-1", USER, FIELD, Usd.of("0.25"), null, "verify-store", "");
    once("refund", statements.refund(refund, now));
    Hold late = reserve("request-2", now);
    once("expire", statements.expire(late, now.plus(LIFETIME).plusSeconds(1), now));
    once("settle late", statements.settleLate(settlement(late), now));
    drain();
    return wrong.isEmpty()
        ? StoreFinding.ok("the ledger's statements", tried + " tried, each took effect once")
        : StoreFinding.missing(
            "the ledger's statements",
            String.join("; ", wrong),
            "requests would be refused or charged wrongly: use another server");
  }

  private void topUp() {
    Document note =
        new Document("id", "operation-1")
            .append("k", ChangeNotes.TOP_UP)
            .append("f", FIELD.balanceField())
            .append("n", 1_000_000_000L);
    once("top up", BookStatements.topUp(USER, FIELD, Usd.of("1"), note));
  }

  private Hold reserve(String id, Instant now) {
    LedgerStatements.Reserve reserve =
        statements.reserve(new HoldRequest(id, USER, FIELD, Usd.of("1"), LIFETIME), now);
    once("reserve", reserve.update());
    LedgerStatements.Reserve tooMuch =
        statements.reserve(new HoldRequest("dear", USER, FIELD, Usd.of("1000"), LIFETIME), now);
    never("reserve more than there is", tooMuch.update());
    LedgerStatements.Reserve tooLate =
        statements.reserve(
            new HoldRequest("late", USER, FIELD, Usd.of("1"), LIFETIME),
            now.minus(Duration.ofHours(1)));
    never("reserve after the deadline", tooLate.update());
    return reserve.hold();
  }

  private void drain() {
    Document user = read();
    List<OutboxEntry> entries = OutboxEntry.in(user);
    List<Document> rows =
        entries.stream().filter(entry -> entry.row() != null).map(OutboxEntry::logRow).toList();
    LedgerStore.Appended appended = store.append(rows);
    LedgerStore.Appended again = store.append(rows);
    if (appended.added().size() != rows.size() || again.found().size() != rows.size()) {
      wrong.add("rows of the log: " + appended + ", then " + again);
    }
    Instant looked = Instant.now().plus(LIFETIME);
    happens("empty the outbox", OutboxStatements.logged(USER, entries, looked));
    List<Date> seen = new ArrayList<>();
    store.dirtyUsers(dirty -> {
      if (dirty.userId().equals(USER)) {
        seen.add(Date.from(dirty.now()));
      }
    });
    if (seen.isEmpty()) {
      wrong.add("users with an outbox are not found");
    }
  }

  /** What the audit says of what was done here. */
  StoreFinding audit() {
    List<String> differences =
        new LedgerAudit(database)
            .run().found().stream()
                .filter(difference -> difference.userId().equals(USER))
                .map(Difference::text)
                .toList();
    return differences.isEmpty()
        ? StoreFinding.ok("the books", "agree after all this")
        : StoreFinding.missing("the books", String.join("; ", differences), "use another server");
  }

  private void once(String name, UserUpdate update) {
    happens(name, update);
    never(name + " again", update);
  }

  private void happens(String name, UserUpdate update) {
    tried++;
    if (!store.update(update)) {
      wrong.add(name + " did not happen");
    }
  }

  private void never(String name, UserUpdate update) {
    tried++;
    if (store.update(update)) {
      wrong.add(name + " happened");
    }
  }

  private Document read() {
    @Nullable Document user = store.user(USER, new Document());
    return user == null ? new Document() : user;
  }

  private static Settlement settlement(Hold hold) {
    TokenUsage usage =
        new TokenUsage(
            new TokenCounts(1, 0, 0, 0, 1), 0, 0, TokenUsage.ServiceOptions.DEFAULT, List.of());
    RequestRecord record =
        new RequestRecord(
            "sha256:0000000000000000",
            "verify-store",
            "anthropic",
            "none",
            "none",
            null,
            false,
            usage,
            Basis.UPSTREAM,
            new TreeSet<>(),
            new Cost(List.of(), List.of(), BigDecimal.ONE, new TreeSet<>()),
            200,
            Instant.now().truncatedTo(ChronoUnit.MILLIS),
            Duration.ZERO);
    return new Settlement(hold, Usd.of("0.25"), Settlement.Outcome.OK, record);
  }
}
