package xyz.trollllm.billing.mongo;

import com.mongodb.MongoCommandException;
import com.mongodb.client.MongoDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.bson.Document;

/** What a server says of itself. Reads only. */
final class ServerChecks {
  /** With more than this, next to nothing is left of the time in which a hold may be set. */
  private static final Duration MOST_SKEW = Duration.ofSeconds(8);

  private static final int OLDEST_MAJOR = 4;
  private static final int OLDEST_MINOR = 2;
  private static final Set<String> ACTIONS = Set.of("createIndex", "find", "insert", "update");

  private final MongoDatabase database;

  ServerChecks(MongoDatabase database) {
    this.database = database;
  }

  /** By the name that servers of all versions know. */
  private Document hello() {
    return database.runCommand(new Document("isMaster", 1));
  }

  StoreFinding version() {
    List<Integer> version =
        database
            .runCommand(new Document("buildInfo", 1))
            .getList("versionArray", Integer.class, List.of(0, 0));
    String found = version.getFirst() + "." + version.get(1);
    boolean isOld =
        version.getFirst() < OLDEST_MAJOR
            || (version.getFirst() == OLDEST_MAJOR && version.get(1) < OLDEST_MINOR);
    return isOld
        ? StoreFinding.missing("version", found, "MongoDB 4.2 or newer is needed")
        : StoreFinding.ok("version", found);
  }

  StoreFinding topology() {
    Document hello = hello();
    String set = hello.getString("setName");
    if (set != null) {
      return Boolean.TRUE.equals(hello.get("ismaster"))
          ? StoreFinding.ok("topology", "primary of replica set " + set)
          : StoreFinding.missing(
              "topology",
              "no primary of replica set " + set,
              "name the whole set in the URI, with replicaSet=" + set);
    }
    if ("isdbgrid".equals(hello.get("msg"))) {
      return StoreFinding.ok("topology", "sharded cluster; shard users and rows by user");
    }
    return StoreFinding.differs(
        "topology",
        "standalone server",
        "what it acknowledged is lost with its disk; use a replica set, or set"
            + " ALLOW_STANDALONE_MONGODB=true to serve from it all the same");
  }

  StoreFinding retryableWrites() {
    Document hello = hello();
    boolean retryable =
        hello.get("logicalSessionTimeoutMinutes") != null
            && (hello.get("setName") != null || hello.get("msg") != null);
    return retryable
        ? StoreFinding.ok("retryable writes", "offered")
        : StoreFinding.differs(
            "retryable writes",
            "not offered",
            "a write whose reply is lost is repeated by the ledger alone, which is safe, and slower");
  }

  /** How far the server's clock is from ours, as near as one round trip tells. */
  StoreFinding clock() {
    Instant before = Instant.now();
    Date theirs = hello().getDate("localTime");
    Instant after = Instant.now();
    if (theirs == null) {
      return StoreFinding.differs("clock", "not told", "see that all clocks are synchronised");
    }
    Duration skew =
        Duration.between(
            before.plus(Duration.between(before, after).dividedBy(2)), theirs.toInstant());
    String found = skew.toMillis() + " ms ahead of this machine's";
    String advice = "reservations have a deadline by the server's clock: synchronise both (NTP)";
    if (skew.abs().compareTo(LedgerStatements.CLOCK_TOLERANCE) <= 0) {
      return StoreFinding.ok("clock", found);
    }
    return skew.abs().compareTo(MOST_SKEW) <= 0
        ? StoreFinding.differs("clock", found, advice)
        : StoreFinding.missing("clock", found, advice);
  }

  /** Whether this user may do what the gateway does, in the database {@code name}. */
  StoreFinding permissions(String name) {
    Document status;
    try {
      status =
          database
              .runCommand(new Document("connectionStatus", 1).append("showPrivileges", true))
              .get("authInfo", new Document());
    } catch (MongoCommandException e) {
      return StoreFinding.differs(
          "permissions", "not told (error " + e.getErrorCode() + ")", "the server has no users");
    }
    if (status.getList("authenticatedUsers", Document.class, List.of()).isEmpty()) {
      return StoreFinding.differs(
          "permissions",
          "nobody is authenticated",
          "whoever reaches the server can change balances: switch authentication on");
    }
    Set<String> lacking = new TreeSet<>(ACTIONS);
    for (Document privilege :
        status.getList("authenticatedUserPrivileges", Document.class, List.of())) {
      String of = privilege.get("resource", new Document()).getString("db");
      if (of == null || of.isEmpty() || of.equals(name)) {
        lacking.removeAll(privilege.getList("actions", String.class, List.of()));
      }
    }
    return lacking.isEmpty()
        ? StoreFinding.ok("permissions", "all that is needed in " + name)
        : StoreFinding.missing(
            "permissions", "lacking in " + name + ": " + lacking, "grant role readWrite");
  }
}
