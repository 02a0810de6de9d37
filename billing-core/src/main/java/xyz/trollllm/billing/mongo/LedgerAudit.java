package xyz.trollllm.billing.mongo;

import com.mongodb.client.MongoDatabase;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.bson.Document;
import org.jspecify.annotations.Nullable;

/**
 * Compares the books: what the log says was taken, what the counters say, what is left of the
 * balances, what is held. Changes nothing.
 *
 * <p>May run while requests are served: what does not agree at first sight is looked at again, so
 * that requests under way are no difference; upkeep that is behind gets some time. Users are read
 * in the order of their ids, some thousand at a time, and the rows of these are summed up by the
 * store; so it takes the same memory however many users there are. Used by one thread.
 */
public final class LedgerAudit {
  private static final int BATCH = 5_000;

  private final AuditReads reads;
  private final Function<String, Optional<List<Difference>>> exactLook;
  private final RelatedRows relatedRows;
  private final int batchSize;
  private final BooleanSupplier pause;

  public LedgerAudit(MongoDatabase database) {
    this(database, BATCH, UpkeepLook::pause);
  }

  /**
   * @param pause of {@link UpkeepLook}
   */
  LedgerAudit(MongoDatabase database, int batchSize, BooleanSupplier pause) {
    this(new AuditReads(database), batchSize, pause);
  }

  private LedgerAudit(AuditReads reads, int batchSize, BooleanSupplier pause) {
    this(reads, new ExactLook(reads)::differences, batchSize, pause);
  }

  /**
   * @param exactLook as {@link ExactLook#differences}
   */
  LedgerAudit(
      AuditReads reads,
      Function<String, Optional<List<Difference>>> exactLook,
      int batchSize,
      BooleanSupplier pause) {
    this.reads = reads;
    this.exactLook = exactLook;
    this.relatedRows = new RelatedRows(reads);
    this.batchSize = batchSize;
    this.pause = pause;
  }

  /** Reads everything and remembers all differences; blocks. */
  public AuditReport run() {
    List<Difference> differences = new ArrayList<>();
    AuditTotals totals = run(differences::add, _ -> {});
    return new AuditReport(totals, differences);
  }

  /**
   * Reads everything and tells each difference as it is found; blocks.
   *
   * @param busy is told the id of each user who could not be compared with the log: more may be
   *     wrong with these than was found
   */
  public AuditTotals run(Consumer<Difference> found, Consumer<String> busy) {
    Pass pass = new Pass(found, busy);
    for (Document user : reads.usersWithBooks(batchSize)) {
      pass.take(UserBooks.of(user));
    }
    pass.finish();
    return new AuditTotals(pass.users, pass.differences, pass.busy, pass.holds, reads.reads());
  }

  private final class Pass {
    private final Consumer<Difference> found;
    private final Consumer<String> notCompared;
    private final UpkeepLook upkeep = new UpkeepLook(reads, pause);
    private final Map<String, UserBooks> batch = new HashMap<>();
    private String after = "";
    private String last = "";
    private long users;
    private long differences;
    private long busy;
    private long holds;

    Pass(Consumer<Difference> found, Consumer<String> notCompared) {
      this.found = found;
      this.notCompared = notCompared;
    }

    void take(UserBooks books) {
      batch.put(books.userId(), books);
      last = books.userId();
      users++;
      holds += books.openHolds();
      tell(upkeep.first(books));
      if (batch.size() >= batchSize) {
        compare(last);
      }
    }

    void finish() {
      compare(null);
      tell(upkeep.remaining());
    }

    private void compare(@Nullable String upTo) {
      Map<String, LoggedSums> sums = reads.sums(after, upTo);
      Map<String, Document> standing = standing();
      batch.forEach((userId, books) -> {
        LoggedSums logged = sums.computeIfAbsent(userId, _ -> new LoggedSums());
        compare(books, logged, standing);
      });
      for (String userId : sums.keySet()) {
        if (!batch.containsKey(userId)) {
          lookExactly(userId); // nobody's rows, or those of a user who came just now
        }
      }
      after = last;
      batch.clear();
    }

    private Map<String, Document> standing() {
      List<String> waiting = new ArrayList<>();
      batch.values().forEach(books -> books.waiting().forEach(row -> waiting.add(row.id())));
      return reads.rows(waiting);
    }

    private void compare(UserBooks books, LoggedSums logged, Map<String, Document> standing) {
      Findings alone = new Findings(books.userId());
      boolean related = logged.hasRelated();
      for (WaitingRow waiting : books.waiting()) {
        Document stands = standing.get(waiting.id());
        if (stands == null) {
          logged.addRow(waiting.row());
        } else {
          requireSame(waiting, stands, alone);
        }
      }
      if (related) {
        relatedRows.check(books.userId(), alone);
      }
      tell(alone.differences());
      Findings atFirstSight = new Findings(books.userId());
      books.compare(logged, atFirstSight);
      if (!atFirstSight.differences().isEmpty()) {
        lookExactly(books.userId());
      }
    }

    private static void requireSame(WaitingRow waiting, Document stands, Findings findings) {
      for (String name : List.of(LogRow.NANOS, LogRow.USER, LogRow.FIELD)) {
        Object expected = String.valueOf(waiting.row().get(name));
        if (!expected.equals(String.valueOf(stands.get(name)))) {
          findings.add(
              Difference.Kind.OTHER_AMOUNT, waiting.id() + ' ' + name, expected, stands.get(name));
        }
      }
    }

    private void lookExactly(String userId) {
      Optional<List<Difference>> seen = exactLook.apply(userId);
      if (seen.isPresent()) {
        tell(seen.get());
      } else {
        busy++;
        notCompared.accept(userId);
      }
    }

    private void tell(List<Difference> more) {
      differences += more.size();
      more.forEach(found);
    }
  }
}
