package xyz.trollllm.billing.mongo;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.Hold;

/**
 * Releases holds whose instance neither settled nor extended them in time, or gave them up; charges
 * nothing.
 */
final class HoldSweep {
  /** How far the clocks of instances may disagree before a live hold would be released. */
  private static final Duration GRACE = Duration.ofSeconds(10);

  /** A user with open holds is looked at again after this long, wherever their expiries are. */
  private static final Duration LOOK_AGAIN = Duration.ofMinutes(1);

  private final LedgerContext ledger;
  private final UserLanes lanes;

  HoldSweep(LedgerContext ledger, UserLanes lanes) {
    this.ledger = ledger;
    this.lanes = lanes;
  }

  /** Releases every hold that has expired and returns how many there were. */
  int run() {
    ledger.strays().release(ledger, lanes);
    Instant before = ledger.now().minus(GRACE);
    int[] released = {0};
    ledger.store().usersWithHoldsExpiring(before, user -> released[0] += sweep(user, before));
    return released[0];
  }

  private int sweep(Document user, Instant before) {
    String userId = user.getString("_id");
    List<UserUpdate> expiries = new ArrayList<>();
    Instant next = null;
    for (Map.Entry<String, Object> entry : holds(user).entrySet()) {
      Hold hold = AccountView.hold(userId, entry.getKey(), (Document) entry.getValue());
      if (hold.expiresAt().isBefore(before)) {
        expiries.add(ledger.statements().expire(hold, before, ledger.now()));
      } else {
        next = earlier(next, hold.expiresAt());
      }
    }
    List<Boolean> released = lanes.update(expiries);
    Date seen = Documents.at(user, Paths.NEXT_EXPIRY, Date.class);
    if (seen != null) {
      lanes.update(List.of(LedgerStatements.nextExpiry(userId, seen, soon(next))));
    }
    return (int) released.stream().filter(Boolean::booleanValue).count();
  }

  private static Document holds(Document user) {
    Document holds = Documents.at(user, Paths.HOLDS, Document.class);
    return holds == null ? new Document() : holds;
  }

  private static Instant earlier(@Nullable Instant one, Instant other) {
    return one == null || other.isBefore(one) ? other : one;
  }

  /**
   * Another hold may have been set since the user was read, and its expiry is not noted if it is
   * later than the one that was read. So the next look is never far.
   */
  private @Nullable Instant soon(@Nullable Instant next) {
    return next == null ? null : earlier(next, ledger.now().plus(LOOK_AGAIN));
  }
}
