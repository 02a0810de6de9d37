package xyz.trollllm.billing;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a ledger in memory remembers of its users. Never blocks. Safe for use by many threads. */
final class InMemoryRequestHistory implements RequestHistory {
  private final InMemoryCreditLedger ledger;

  InMemoryRequestHistory(InMemoryCreditLedger ledger) {
    this.ledger = ledger;
  }

  @Override
  public Optional<AccountStatement> account(String userId) {
    return Optional.ofNullable(ledger.statement(userId));
  }

  @Override
  public Optional<RequestTrace> request(String userId, String requestId) {
    return Optional.ofNullable(ledger.trace(userId, requestId));
  }

  @Override
  public List<RequestTrace> requests(String userId, @Nullable String before, int limit) {
    return ledger.traces(userId).stream()
        .filter(trace -> before == null || trace.requestId().compareTo(before) < 0)
        .sorted(Comparator.comparing(RequestTrace::requestId).reversed())
        .limit(limit)
        .toList();
  }
}
