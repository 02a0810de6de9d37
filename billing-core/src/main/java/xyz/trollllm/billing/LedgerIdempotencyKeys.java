package xyz.trollllm.billing;

import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.IdempotencyTable.Row;
import xyz.trollllm.billing.IdempotencyTable.Standing;
import xyz.trollllm.billing.IdempotencyTable.UnavailableException;
import xyz.trollllm.billing.RequestHistory.HistoryUnavailableException;

/**
 * Derives from the ledger what became of the request that has a key.
 *
 * <p>Why at most one request of a key is carried out, whatever is lost, repeated or late: a request
 * is held only after its row stood in the table, and only until its row's {@code notAfter} by the
 * store's clock. Its row is replaced only when that moment is over by the store's clock and the
 * ledger, asked after that, knows nothing of the request; or when the ledger knows that it ended
 * for nothing, after which it cannot be held again. A row that straggles in claims its key for a
 * request that cannot be held any more, so until its {@code notAfter} only.
 */
final class LedgerIdempotencyKeys implements IdempotencyKeys {
  private static final int ATTEMPTS = 5;
  private static final int MOST_FAILURES = 2;

  private final IdempotencyTable table;
  private final RequestHistory history;
  private final Clock clock;

  LedgerIdempotencyKeys(IdempotencyTable table, RequestHistory history, Clock clock) {
    this.table = table;
    this.history = history;
    this.clock = clock;
  }

  @Override
  public IdempotencyClaim claim(IdempotentRequest request) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    Row wanted =
        new Row(
            request.keyHash(), request.requestId(), request.fingerprint(), now, now.plus(CLAIM));
    int failures = 0;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      try {
        IdempotencyClaim claim = attempt(request.userId(), wanted);
        if (claim != null) {
          return claim;
        }
      } catch (UnavailableException | HistoryUnavailableException e) {
        if (++failures == MOST_FAILURES) {
          return new IdempotencyClaim.Unavailable(String.valueOf(e.getMessage()));
        }
      }
    }
    return new IdempotencyClaim.Unavailable("the key changed hands at every attempt");
  }

  /** Null if the key changed hands meanwhile. */
  private @Nullable IdempotencyClaim attempt(String userId, Row wanted) {
    if (table.insert(wanted)) {
      return granted(wanted);
    }
    Optional<Standing> found = table.find(wanted.keyHash());
    if (found.isEmpty()) {
      return null;
    }
    Row standing = found.get().row();
    String requestId = standing.requestId();
    if (requestId.equals(wanted.requestId())) {
      // An attempt that seemed to fail: its row may be one that the store would lose in a failover.
      return table.replace(requestId, standing) ? granted(standing) : null;
    }
    boolean isEqual = standing.fingerprint().equals(wanted.fingerprint());
    return switch (state(userId, found.get())) {
      case FREE -> table.replace(requestId, wanted) ? granted(wanted) : null;
      case IN_FLIGHT ->
          isEqual
              ? new IdempotencyClaim.InFlight(requestId)
              : new IdempotencyClaim.OtherRequest(requestId);
      case CARRIED_OUT ->
          isEqual
              ? new IdempotencyClaim.CarriedOut(requestId)
              : new IdempotencyClaim.OtherRequest(requestId);
    };
  }

  private static IdempotencyClaim granted(Row row) {
    return new IdempotencyClaim.Granted(row.notAfter());
  }

  private enum State {
    FREE,
    IN_FLIGHT,
    CARRIED_OUT
  }

  private State state(String userId, Standing standing) {
    Instant over = standing.row().notAfter().plus(CLOCK_TOLERANCE);
    State ofUnknown = standing.now().isAfter(over) ? State.FREE : State.IN_FLIGHT;
    return history
        .request(userId, standing.row().requestId())
        .map(LedgerIdempotencyKeys::state)
        .orElse(ofUnknown);
  }

  private static State state(RequestTrace trace) {
    return switch (trace) {
      case RequestTrace.InProgress _ -> State.IN_FLIGHT;
      case RequestTrace.Expired _ -> State.FREE;
      case RequestTrace.Done(PastRequest past) ->
          endedForNothing(past) ? State.FREE : State.CARRIED_OUT;
    };
  }

  private static boolean endedForNothing(PastRequest past) {
    return past.outcome() != Settlement.Outcome.OK
        && past.basis() == Basis.VOID
        && past.charge().equals(Usd.ZERO);
  }

  @Override
  public void release(IdempotentRequest request) {
    try {
      table.delete(request.keyHash(), request.requestId());
    } catch (UnavailableException _) {
      // Nothing can be held for the request when its claim is over, so the key is free then.
    }
  }
}
