package xyz.trollllm.billing.mongo;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.Hold;

/** What the operations of one ledger share. */
record LedgerContext(
    LedgerStore store,
    LedgerStatements statements,
    int maxOpenHolds,
    StrayHolds strays,
    Clock clock) {

  static LedgerContext of(LedgerStore store, MongoLedgerOptions options, Clock clock) {
    return new LedgerContext(
        store,
        new LedgerStatements(options),
        options.maxOpenHolds(),
        new StrayHolds(),
        new NeverBackClock(clock));
  }

  Instant now() {
    return clock.instant();
  }

  boolean isOver(Instant deadline, Duration pause) {
    return now().plus(pause).isAfter(deadline);
  }

  /** How the request of {@code hold} sees its user's document; null if there is no such user. */
  static @Nullable AccountView account(Hold hold, @Nullable Document user) {
    return user == null
        ? null
        : new AccountView(hold.userId(), hold.creditField(), hold.requestId(), user);
  }

  static Document shownTo(Hold hold) {
    return AccountView.projection(hold.creditField(), hold.requestId());
  }
}
