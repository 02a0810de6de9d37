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
import xyz.trollllm.billing.Usd;

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
      Found found = new Found(userId);
      String late = Paths.late(requestId);
      String refund = Paths.refund(requestId);
      Document shown =
          new Document(Paths.hold(requestId), 1)
              .append(Paths.outbox(requestId), 1)
              .append(Paths.outbox(late), 1)
              .append(Paths.outbox(refund), 1);
      found.addOfUser(store.user(userId, shown));
      for (String id : List.of(requestId, late, refund)) {
        found.addLogged(store.logRow(id));
      }
      return found.traces().stream().findAny();
    });
  }

  @Override
  public List<RequestTrace> requests(String userId, @Nullable String before, int limit) {
    return asked(() -> {
      Found found = new Found(userId);
      Document shown = new Document(Paths.HOLDS, 1).append(Paths.OUTBOX, 1);
      found.addOfUser(store.user(userId, shown));
      // A request that was charged late has two rows, and one more if that was given back.
      store.logRows(userId, before, 3 * limit).forEach(found::addLogged);
      return newest(found.traces(), before, limit);
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

  /** What was found of one user's requests. Used by one thread. */
  private static final class Found {
    private final String userId;
    private final Map<String, RequestTrace> traces = new HashMap<>();
    private final Map<String, Usd> refunded = new HashMap<>();

    Found(String userId) {
      this.userId = userId;
    }

    void addOfUser(@Nullable Document user) {
      if (user == null) {
        return;
      }
      Document holds = Documents.at(user, Paths.HOLDS, Document.class);
      if (holds != null) {
        holds.forEach((id, stored) -> {
          Hold hold = AccountView.hold(userId, id, (Document) stored);
          add(new RequestTrace.InProgress(id, hold.creditField(), hold.amount()));
        });
      }
      for (OutboxEntry entry : OutboxEntry.in(user)) {
        if (entry.row() != null) {
          addRow(entry.logRow());
        }
      }
    }

    /** Adds a row unless it is somebody else's or another program's. */
    void addLogged(@Nullable Document row) {
      if (row != null
          && userId.equals(row.get(LogRow.USER))
          && row.containsKey(LogRow.BALANCE_OUTCOME)) {
        addRow(row);
      }
    }

    private void addRow(Document row) {
      if (LoggedRequest.isRefund(row)) {
        refunded.put(Paths.requestId(row.getString("_id")), LoggedRequest.refunded(row));
      } else {
        add(LoggedRequest.of(row));
      }
    }

    /** What is known later of a request says more than what was known before. */
    private void add(RequestTrace trace) {
      traces.merge(trace.requestId(), trace, (one, other) -> rank(one) > rank(other) ? one : other);
    }

    List<RequestTrace> traces() {
      return traces.values().stream().map(this::withRefund).toList();
    }

    private RequestTrace withRefund(RequestTrace trace) {
      Usd amount = refunded.get(trace.requestId());
      return amount != null && trace instanceof RequestTrace.Done(var request)
          ? new RequestTrace.Done(request.withRefund(amount))
          : trace;
    }

    private static int rank(RequestTrace trace) {
      return switch (trace) {
        case RequestTrace.InProgress _ -> 0;
        case RequestTrace.Expired _ -> 1;
        case RequestTrace.Done _ -> 2;
      };
    }
  }

  private static <T> T asked(Supplier<T> question) {
    try {
      return question.get();
    } catch (MongoException e) {
      throw new HistoryUnavailableException(e);
    }
  }
}
