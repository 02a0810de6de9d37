package xyz.trollllm.billing.mongo;

import com.mongodb.MongoException;
import com.mongodb.client.MongoDatabase;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.AccountStatement;
import xyz.trollllm.billing.Hold;
import xyz.trollllm.billing.RequestHistory;
import xyz.trollllm.billing.RequestIds;
import xyz.trollllm.billing.RequestTrace;

/**
 * What users may see, read from where the ledger keeps it: holds and settled requests that wait in
 * the user's document, and the log. All methods block. Safe for use by many threads.
 *
 * <p>The user's document is always read first: an entry leaves it only after its row stands in the
 * log, so a request that moves between the two reads is seen twice, never missed.
 */
public final class MongoRequestHistory implements RequestHistory {
  private static final Document ACCOUNT = AccountStatements.projection();

  private final LedgerStore store;

  public MongoRequestHistory(MongoDatabase database) {
    this(new MongoLedgerStore(database));
  }

  MongoRequestHistory(LedgerStore store) {
    this.store = store;
  }

  @Override
  public Optional<AccountStatement> account(String userId) {
    return asked(() -> Optional.ofNullable(store.user(userId, ACCOUNT)).map(AccountStatements::of));
  }

  @Override
  public Optional<RequestTrace> request(String userId, String requestId) {
    if (!RequestIds.isValid(requestId)) {
      return Optional.empty(); // and must not become part of a path
    }
    return asked(() -> {
      Map<String, RequestTrace> found = new HashMap<>();
      Document shown =
          new Document(Paths.hold(requestId), 1)
              .append(Paths.outbox(requestId), 1)
              .append(Paths.outbox(Paths.late(requestId)), 1);
      addOfUser(userId, store.user(userId, shown), found);
      addLogged(userId, store.logRow(requestId), found);
      addLogged(userId, store.logRow(Paths.late(requestId)), found);
      return Optional.ofNullable(found.get(requestId));
    });
  }

  @Override
  public List<RequestTrace> requests(String userId, @Nullable String before, int limit) {
    return asked(() -> {
      Map<String, RequestTrace> found = new HashMap<>();
      Document shown = new Document(Paths.HOLDS, 1).append(Paths.OUTBOX, 1);
      addOfUser(userId, store.user(userId, shown), found);
      // A request that was charged late has two rows.
      for (Document row : store.logRows(userId, before, 2 * limit)) {
        addLogged(userId, row, found);
      }
      return newest(found.values(), before, limit);
    });
  }

  private static List<RequestTrace> newest(
      Collection<RequestTrace> found, @Nullable String before, int limit) {
    return found.stream()
        .filter(trace -> before == null || trace.requestId().compareTo(before) < 0)
        .sorted(Comparator.comparing(RequestTrace::requestId).reversed())
        .limit(limit)
        .toList();
  }

  private static void addOfUser(
      String userId, @Nullable Document user, Map<String, RequestTrace> found) {
    if (user == null) {
      return;
    }
    Document holds = Documents.at(user, Paths.HOLDS, Document.class);
    if (holds != null) {
      holds.forEach((id, stored) -> {
        Hold hold = AccountView.hold(userId, id, (Document) stored);
        add(new RequestTrace.InProgress(id, hold.creditField(), hold.amount()), found);
      });
    }
    for (OutboxEntry entry : OutboxEntry.in(user)) {
      if (entry.row() != null) {
        add(LoggedRequest.of(entry.logRow()), found);
      }
    }
  }

  /** Adds a row unless it is somebody else's or another program's. */
  private static void addLogged(
      String userId, @Nullable Document row, Map<String, RequestTrace> found) {
    if (row != null
        && userId.equals(row.get(LogRow.USER))
        && row.containsKey(LogRow.BALANCE_OUTCOME)) {
      add(LoggedRequest.of(row), found);
    }
  }

  /** What is known later of a request says more than what was known before. */
  private static void add(RequestTrace trace, Map<String, RequestTrace> found) {
    found.merge(trace.requestId(), trace, (one, other) -> rank(one) > rank(other) ? one : other);
  }

  private static int rank(RequestTrace trace) {
    return switch (trace) {
      case RequestTrace.InProgress _ -> 0;
      case RequestTrace.Expired _ -> 1;
      case RequestTrace.Done _ -> 2;
    };
  }

  private static <T> T asked(Supplier<T> question) {
    try {
      return question.get();
    } catch (MongoException e) {
      throw new HistoryUnavailableException(e);
    }
  }
}
