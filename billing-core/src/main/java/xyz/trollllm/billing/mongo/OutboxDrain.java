package xyz.trollllm.billing.mongo;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.bson.Document;

/**
 * Carries settled requests from the outboxes of their users to {@code request_logs}.
 *
 * <p>A row is written before its entry is touched, under the request's id, so a drain that dies or
 * repeats itself at any point loses and doubles nothing. Not safe for use by several threads at
 * once; several instances may drain one database.
 */
final class OutboxDrain {
  /** Entries that are looked at before their rows are written. */
  private static final int BATCH = 500;

  /** Entries changed by one update: stores check paths against each other. */
  private static final int PATHS = 200;

  /** How long an entry is left to the instance that made it. */
  private static final Duration COURTESY = Duration.ofSeconds(30);

  private final LedgerStore store;
  private final UserLanes lanes;
  private final Consumer<List<Document>> newRows;
  private final String instance;
  private final Duration window;

  /**
   * A drain to {@code store}.
   *
   * @param newRows gets to see the rows that were added to the log
   */
  OutboxDrain(
      LedgerStore store,
      UserLanes lanes,
      Consumer<List<Document>> newRows,
      MongoLedgerOptions options) {
    this.store = store;
    this.lanes = lanes;
    this.newRows = newRows;
    this.instance = options.instance();
    this.window = options.reserveWindow();
  }

  /** Drains every outbox once and returns how many rows this added to the log. */
  int run() {
    Pass pass = new Pass();
    store.dirtyUsers(pass::take);
    pass.drain();
    return pass.added;
  }

  private final class Pass {
    private final List<LedgerStore.Dirty> batch = new ArrayList<>();
    private int entries;
    private int added;

    void take(LedgerStore.Dirty user) {
      batch.add(user);
      entries += user.entries().size();
      if (entries >= BATCH) {
        drain();
      }
    }

    void drain() {
      List<Document> rows = new ArrayList<>();
      for (LedgerStore.Dirty user : batch) {
        for (OutboxEntry entry : user.entries()) {
          if (isOurs(entry, user.now())) {
            rows.add(entry.logRow());
          }
        }
      }
      LedgerStore.Appended appended = store.append(rows);
      List<UserUpdate> updates = new ArrayList<>();
      for (LedgerStore.Dirty user : batch) {
        addUpdates(user, appended, updates);
      }
      lanes.updateAll(updates);
      newRows.accept(
          rows.stream().filter(row -> appended.added().contains(row.getString("_id"))).toList());
      added += appended.added().size();
      entries = 0;
      batch.clear();
    }
  }

  private boolean isOurs(OutboxEntry entry, Instant now) {
    Document row = entry.row();
    return row != null
        && (instance.equals(entry.instance())
            || row.getDate(LogRow.CREATED).toInstant().plus(COURTESY).isBefore(now));
  }

  private void addUpdates(
      LedgerStore.Dirty user, LedgerStore.Appended appended, List<UserUpdate> updates) {
    List<OutboxEntry> logged = new ArrayList<>();
    List<OutboxEntry> over = new ArrayList<>();
    for (OutboxEntry entry : user.entries()) {
      if (entry.row() != null && appended.stands(entry.id())) {
        logged.add(entry);
      } else if (entry.row() == null && entry.keptUntil().isBefore(user.now())) {
        over.add(entry);
      }
    }
    List<String> past =
        user.past().stream().filter(array -> Past.isOver(array, user.now())).toList();
    Instant looked = user.now().plus(window).plus(LedgerStatements.CLOCK_TOLERANCE.multipliedBy(2));
    addInChunks(
        user.userId(),
        logged,
        (userId, some) -> OutboxStatements.logged(userId, some, looked),
        updates);
    addInChunks(user.userId(), over, OutboxStatements::forget, updates);
    addInChunks(user.userId(), past, OutboxStatements::forgetPast, updates);
    if (user.entries().isEmpty() && user.past().isEmpty()) {
      updates.add(OutboxStatements.clean(user.userId()));
    }
  }

  private static <T> void addInChunks(
      String userId,
      List<T> entries,
      BiFunction<String, List<T>, UserUpdate> statement,
      List<UserUpdate> updates) {
    for (int from = 0; from < entries.size(); from += PATHS) {
      int to = Math.min(from + PATHS, entries.size());
      updates.add(statement.apply(userId, entries.subList(from, to)));
    }
  }
}
