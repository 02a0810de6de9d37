package xyz.trollllm.billing;

import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A table that forgets everything with its process, and a key when it is asked for new ones after
 * its time. Safe for use by many threads; never blocks.
 */
public final class InMemoryIdempotencyTable implements IdempotencyTable {
  private static final int ROWS_BETWEEN_SEARCHES = 1_000;

  private final Clock clock;
  private final Map<String, Row> rows = new HashMap<>();
  private int inserted;

  public InMemoryIdempotencyTable(Clock clock) {
    this.clock = clock;
  }

  @Override
  public synchronized boolean insert(Row row) {
    if (++inserted % ROWS_BETWEEN_SEARCHES == 0) {
      removeExpired(clock.instant());
    }
    return rows.putIfAbsent(row.keyHash(), row) == null;
  }

  @Override
  public synchronized Optional<Standing> find(String keyHash) {
    return Optional.ofNullable(rows.get(keyHash)).map(row -> new Standing(row, clock.instant()));
  }

  @Override
  public synchronized boolean replace(String requestId, Row by) {
    Row standing = rows.get(by.keyHash());
    if (standing == null || !standing.requestId().equals(requestId)) {
      return false;
    }
    rows.put(by.keyHash(), by);
    return true;
  }

  @Override
  public synchronized void delete(String keyHash, String requestId) {
    rows.computeIfPresent(
        keyHash, (_, standing) -> standing.requestId().equals(requestId) ? null : standing);
  }

  @Override
  public synchronized void removeExpired(Instant now) {
    Instant cutoff = now.minus(IdempotencyKeys.RETENTION);
    rows.values().removeIf(row -> row.createdAt().isBefore(cutoff));
  }
}
