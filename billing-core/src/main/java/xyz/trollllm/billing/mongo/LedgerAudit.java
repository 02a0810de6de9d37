package xyz.trollllm.billing.mongo;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.bson.Document;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.CreditField;

/**
 * Compares the books: what the log says was taken, what the counters say, what is left of the
 * balances, what is held. Changes nothing.
 *
 * <p>May run while requests are served: an account that differs is read again before it is
 * reported. Reads the whole log.
 */
public final class LedgerAudit {
  /** How often an account is looked at: it may have changed between its document and its log. */
  private static final int LOOKS = 5;

  private final MongoCollection<Document> users;
  private final MongoCollection<Document> logs;

  public LedgerAudit(MongoDatabase database) {
    this.users = database.getCollection(Collections.USERS);
    this.logs = database.getCollection(Collections.REQUEST_LOGS);
  }

  /** One credit field of one user. */
  private record Key(String userId, CreditField field) {}

  private static final Comparator<Key> BY_NAME =
      Comparator.comparing(Key::userId).thenComparing(Key::field);

  /** Reads everything; blocks. */
  public AuditReport run() {
    Map<Key, Long> logged = logged(new Document());
    Set<Key> touched = new TreeSet<>(BY_NAME);
    touched.addAll(logged.keySet());
    for (Document user :
        users
            .find(new Document("gw", new Document("$exists", true)))
            .projection(new Document("gw.open", 1))) {
      for (CreditField field : CreditField.values()) {
        if (Documents.at(user, Paths.opening(field), Number.class) != null) {
          touched.add(new Key(user.getString("_id"), field));
        }
      }
    }
    List<AuditReport.Account> accounts = new ArrayList<>();
    for (Key key : touched) {
      accounts.add(account(key, logged.getOrDefault(key, 0L)));
    }
    return new AuditReport(accounts);
  }

  private AuditReport.Account account(Key key, long logged) {
    AuditReport.Account account = read(key, logged);
    for (int look = 1; look < LOOKS && !account.differences().isEmpty(); look++) {
      Document ofUser = new Document(LogRow.USER, key.userId());
      account = read(key, logged(ofUser).getOrDefault(key, 0L));
    }
    return account;
  }

  private AuditReport.Account read(Key key, long logged) {
    CreditField field = key.field();
    Document user =
        users
            .find(new Document("_id", key.userId()))
            .projection(new Document("gw", 1).append(field.balanceField(), 1))
            .first();
    if (user == null) {
      user = new Document();
    }
    Usd spent = nanos(user, Paths.spent(field));
    Usd expected =
        dollars(user, Paths.opening(field)).plus(nanos(user, Paths.topUps(field))).minus(spent);
    List<Usd> holds = holds(user, field);
    return new AuditReport.Account(
        key.userId(),
        field,
        Usd.ofNanos(logged + notYetLogged(user, field)),
        spent,
        dollars(user, field.balanceField()),
        expected,
        nanos(user, Paths.held(field)),
        holds.stream().reduce(Usd.ZERO, Usd::plus),
        holds.size());
  }

  private static List<Usd> holds(Document user, CreditField field) {
    List<Usd> amounts = new ArrayList<>();
    Document holds = Documents.at(user, Paths.HOLDS, Document.class);
    if (holds != null) {
      for (Object value : holds.values()) {
        Document hold = (Document) value;
        if (field.balanceField().equals(hold.getString("f"))) {
          amounts.add(nanos(hold, "n"));
        }
      }
    }
    return amounts;
  }

  private Map<Key, Long> logged(Document filter) {
    Document match = new Document(filter).append(LogRow.NANOS, new Document("$exists", true));
    Document group =
        new Document(
                "_id", new Document("user", '$' + LogRow.USER).append("field", '$' + LogRow.FIELD))
            .append("sum", new Document("$sum", '$' + LogRow.NANOS));
    Map<Key, Long> sums = new LinkedHashMap<>();
    for (Document sum :
        logs.aggregate(List.of(new Document("$match", match), new Document("$group", group)))) {
      Document id = sum.get("_id", Document.class);
      sums.put(
          new Key(id.getString("user"), Paths.field(id.getString("field"))),
          sum.get("sum", Number.class).longValue());
    }
    return sums;
  }

  /** The charges of outbox entries whose rows do not stand in the log. */
  private long notYetLogged(Document user, CreditField field) {
    List<OutboxEntry> pending = new ArrayList<>();
    for (OutboxEntry entry : OutboxEntry.in(user)) {
      Document row = entry.row();
      if (row != null && field.balanceField().equals(row.getString(LogRow.FIELD))) {
        pending.add(entry);
      }
    }
    if (pending.isEmpty()) {
      return 0;
    }
    List<String> ids = pending.stream().map(OutboxEntry::id).toList();
    Set<String> standing = new HashSet<>();
    for (Document row :
        logs.find(new Document("_id", new Document("$in", ids)))
            .projection(new Document("_id", 1))) {
      standing.add(row.getString("_id"));
    }
    return pending.stream()
        .filter(entry -> !standing.contains(entry.id()))
        .mapToLong(entry -> Documents.count(entry.logRow(), LogRow.NANOS))
        .sum();
  }

  private static Usd nanos(Document document, String path) {
    return Usd.ofNanos(Documents.count(document, path));
  }

  private static Usd dollars(Document document, String path) {
    Number amount = Documents.at(document, path, Number.class);
    return amount == null ? Usd.ZERO : LegacyDollars.usd(amount);
  }
}
