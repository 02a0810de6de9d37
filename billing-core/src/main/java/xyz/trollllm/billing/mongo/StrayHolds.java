package xyz.trollllm.billing.mongo;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import xyz.trollllm.billing.Hold;

/**
 * Reservations that were given up without knowing whether they took effect. Their requests were
 * refused, so what they may hold is given back as soon as they can take no effect any more. Those
 * that this forgets, or a process that dies, leave holds that expire.
 *
 * <p>Safe for use by many threads.
 */
final class StrayHolds {
  private static final int MOST = 20_000;

  private final Map<String, Stray> strays = new ConcurrentHashMap<>();

  private record Stray(Hold hold, Instant due) {}

  /** Takes a hold on that may still be set until {@code deadline}. */
  void add(Hold hold, Instant deadline) {
    if (strays.size() < MOST) {
      Instant due = deadline.plus(LedgerStatements.CLOCK_TOLERANCE);
      strays.put(hold.requestId(), new Stray(hold, due));
    }
  }

  /** Leaves the hold of a request alone that is under way all the same. */
  void keep(String requestId) {
    strays.remove(requestId);
  }

  /** Gives back what can be given back by now. */
  void release(LedgerContext ledger, UserLanes lanes) {
    Instant now = ledger.now();
    List<Stray> due = new ArrayList<>();
    List<UserUpdate> updates = new ArrayList<>();
    for (Stray stray : strays.values()) {
      if (stray.due().isBefore(now)) {
        due.add(stray);
        Instant expiry = stray.hold().expiresAt().plusMillis(1);
        updates.add(ledger.statements().expire(stray.hold(), expiry, now));
      }
    }
    lanes.update(updates);
    due.forEach(stray -> strays.remove(stray.hold().requestId(), stray));
  }
}
