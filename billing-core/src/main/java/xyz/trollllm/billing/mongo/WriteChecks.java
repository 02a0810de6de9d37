package xyz.trollllm.billing.mongo;

import com.mongodb.MongoCommandException;
import com.mongodb.MongoException;
import com.mongodb.MongoWriteException;
import com.mongodb.WriteConcern;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.bson.Document;

/** Single properties of writes that the ledger relies on, tried on a database of their own. */
final class WriteChecks {
  private static final String USER = "write-checks";

  private final MongoDatabase database;
  private final MongoCollection<Document> users;

  WriteChecks(MongoDatabase database) {
    this.database = database;
    this.users =
        database
            .getCollection(Collections.USERS)
            .withWriteConcern(WriteConcern.MAJORITY.withJournal(true));
  }

  StoreFinding durableWrite() {
    users.insertOne(new Document("_id", USER).append("credits", 1.5).append("whole", 2));
    return StoreFinding.ok("write concern", "w: majority, journal: true was acknowledged");
  }

  StoreFinding uniqueSparseIndex() {
    MongoLedgerIndexes.create(database);
    MongoCollection<Document> keys = database.getCollection(Collections.KEYS);
    keys.insertOne(new Document("_id", "a"));
    keys.insertOne(new Document("_id", "b"));
    keys.insertOne(new Document("_id", "c").append("keyHash", "x"));
    try {
      keys.insertOne(new Document("_id", "d").append("keyHash", "x"));
    } catch (MongoWriteException e) {
      return StoreFinding.ok("unique sparse index", "kept, error " + e.getError().getCode());
    }
    return StoreFinding.missing(
        "unique sparse index", "not kept", "two keys could have one hash: use another server");
  }

  StoreFinding partialIndex() {
    Document find =
        new Document("find", Collections.USERS)
            .append(
                "filter",
                new Document(Paths.NEXT_EXPIRY, new Document("$lt", Date.from(Instant.now())))
                    .append(Paths.OPEN_HOLDS, new Document("$gt", 0)));
    String plan;
    try {
      plan = database.runCommand(new Document("explain", find)).toJson();
    } catch (MongoCommandException e) {
      return StoreFinding.differs(
          "partial index",
          "plans are not told (error " + e.getErrorCode() + ")",
          "the search for expired holds may read all users");
    }
    return plan.contains("gw_next_expiry")
        ? StoreFinding.ok("partial index", "used by the search for expired holds")
        : StoreFinding.differs(
            "partial index", "not used", "the search for expired holds reads all users");
  }

  StoreFinding now() {
    boolean future = isInTime(Instant.now().plus(Duration.ofDays(1)));
    boolean past = isInTime(Instant.now().minus(Duration.ofDays(1)));
    return future && !past
        ? StoreFinding.ok("$$NOW in conditions", "compared as expected")
        : StoreFinding.missing(
            "$$NOW in conditions",
            "in time: " + future + ", too late: " + past,
            "reservations would never or always be accepted: use another server");
  }

  private boolean isInTime(Instant deadline) {
    return users
            .updateOne(
                new Document("_id", USER).append("$expr", Claim.inTime(deadline)),
                new Document("$set", new Document("looked", true)))
            .getMatchedCount()
        == 1;
  }

  StoreFinding overflow() {
    users.updateOne(byId(), new Document("$set", new Document("most", Long.MAX_VALUE)));
    try {
      users.updateOne(byId(), new Document("$inc", new Document("most", 1L)));
    } catch (MongoException e) {
      return StoreFinding.ok("int64 overflow", "is an error, code " + e.getCode());
    }
    return StoreFinding.differs(
        "int64 overflow",
        "wraps around",
        "a counter above nine billion dollars would become negative; the audit would find it");
  }

  StoreFinding types() {
    users.updateOne(
        byId(), new Document("$inc", new Document("credits", -0.25).append("whole", 0.5)));
    Document user = read();
    return Objects.equals(user.get("credits"), 1.25) && Objects.equals(user.get("whole"), 2.5)
        ? StoreFinding.ok("numbers", "doubles stay doubles, whole numbers become doubles")
        : StoreFinding.missing(
            "numbers", "became " + user.toJson(), "balances would be wrong: use another server");
  }

  StoreFinding siblings() {
    users.updateOne(byId(), new Document("$set", new Document("gw.h.r", new Document("n", 1L))));
    users.updateOne(
        byId(),
        new Document("$unset", new Document("gw.h.r", ""))
            .append("$set", new Document("gw.out.r", new Document("s", "ok")))
            .append("$inc", new Document("gw.n", 1))
            .append("$min", new Document("gw.least", 5)));
    Document user = read();
    boolean right =
        Documents.at(user, "gw.h.r", Object.class) == null
            && "ok".equals(Documents.at(user, "gw.out.r.s", String.class))
            && Documents.count(user, "gw.n") == 1
            && Documents.count(user, "gw.least") == 5;
    return right
        ? StoreFinding.ok("one update of siblings", "applied as a whole")
        : StoreFinding.missing(
            "one update of siblings", "gave " + user.toJson(), "use another server");
  }

  StoreFinding duplicates() {
    MongoLedgerStore store = new MongoLedgerStore(database);
    List<Document> rows = List.of(row("d1"), row("d2"), row("d3"));
    store.append(rows.subList(1, 2));
    LedgerStore.Appended appended = store.append(rows);
    boolean allStand = rows.stream().allMatch(row -> store.logRow(row.getString("_id")) != null);
    return allStand && appended.found().equals(Set.of("d2"))
        ? StoreFinding.ok("duplicates in a bulk insert", "named one by one, the others written")
        : StoreFinding.missing(
            "duplicates in a bulk insert",
            "named: " + appended.found() + ", all written: " + allStand,
            "rows of the log could be lost or never leave the outbox: use another server");
  }

  private static Document row(String id) {
    return new Document("_id", id).append("checked", true);
  }

  private static Document byId() {
    return new Document("_id", USER);
  }

  private Document read() {
    Document user = users.find(byId()).first();
    return user == null ? new Document() : user;
  }
}
