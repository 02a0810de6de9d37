package xyz.trollllm.billing;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * What requests may cost that are admitted while the store does not answer: for each account at
 * most a fixed amount in each outage, of all its requests together. Requests under way count with
 * what they may cost, ended ones with what they did; those of an earlier outage that have not ended
 * count again. Outages that follow each other soon count as one: what was known of an account may
 * be as old as the first of them. Safe for use by many threads.
 */
final class GraceAllowance {
  /** Requests of one outage that are kept in memory until they are settled. */
  private static final int MOST_REQUESTS = 10_000;

  /** How old what is known of an account may be. */
  static final Duration RENEWAL = Duration.ofMinutes(10);

  private final Usd perAccount;
  private final Map<String, Usd> used = new HashMap<>();
  private final Map<String, Hold> underWay = new HashMap<>();
  private Instant outage = Instant.MIN;
  private Instant lastAdmitted = Instant.MIN;
  private int requests;

  GraceAllowance(Usd perAccount) {
    this.perAccount = perAccount;
  }

  /**
   * Admits a request, if it can cost no more than is left.
   *
   * @param most what the account had available at last sight
   * @param silentSince identifies the outage
   */
  synchronized boolean admit(Hold hold, Usd most, Instant silentSince, Instant now) {
    begin(silentSince);
    Usd limit = perAccount.compareTo(most) < 0 ? perAccount : most;
    Usd more = used(hold.userId()).plus(hold.amount());
    if (more.compareTo(limit) > 0 || requests >= MOST_REQUESTS) {
      return false;
    }
    requests++;
    lastAdmitted = now;
    used.put(hold.userId(), more);
    underWay.put(hold.requestId(), hold);
    return true;
  }

  private void begin(Instant silentSince) {
    if (silentSince.equals(outage)) {
      return;
    }
    outage = silentSince;
    requests = underWay.size();
    if (lastAdmitted.isBefore(silentSince.minus(RENEWAL))) {
      used.clear();
      underWay.values().forEach(hold -> used.merge(hold.userId(), hold.amount(), Usd::plus));
    }
  }

  /** Raises what a request under way may cost, if that is left. */
  synchronized boolean raise(Hold hold, Usd amount) {
    Hold known = underWay.get(hold.requestId());
    if (known == null) {
      return false;
    }
    Usd more = used(hold.userId()).minus(known.amount()).plus(amount);
    if (more.compareTo(perAccount) > 0) {
      return false;
    }
    used.put(hold.userId(), more);
    underWay.put(hold.requestId(), known.of(amount));
    return true;
  }

  /** A request has ended and cost so much. */
  synchronized void ended(Hold hold, Usd charge) {
    Hold known = underWay.remove(hold.requestId());
    if (known != null) {
      used.put(hold.userId(), used(hold.userId()).minus(known.amount()).plus(charge));
    }
  }

  private Usd used(String userId) {
    return used.getOrDefault(userId, Usd.ZERO);
  }
}
