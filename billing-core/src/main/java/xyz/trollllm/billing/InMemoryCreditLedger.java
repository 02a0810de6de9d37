package xyz.trollllm.billing;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.config.CreditField;

/**
 * A ledger that forgets everything with its process: for embedding, a first try and tests.
 *
 * <p>Safe for use by many threads. Every callback is called before its method returns.
 */
public final class InMemoryCreditLedger implements CreditLedger {
  private static final Duration EXTENSION = Duration.ofMinutes(10);

  private final Clock clock;
  private final int maxOpenHolds;
  private final Map<String, User> users = new HashMap<>();
  private final Map<String, Hold> holds = new HashMap<>();
  private final Set<String> expired = new HashSet<>();
  private final Set<String> settled = new HashSet<>();
  private final List<Settlement> records = new ArrayList<>();
  private final Map<String, RequestTrace> traces = new HashMap<>();
  private final Map<String, String> owners = new HashMap<>();
  private final RequestHistory history = new InMemoryRequestHistory(this);
  private final IdempotencyKeys idempotencyKeys;

  public InMemoryCreditLedger() {
    this(Clock.systemUTC(), Integer.MAX_VALUE);
  }

  /** A ledger in which one user may have {@code maxOpenHolds} requests in flight. */
  public InMemoryCreditLedger(Clock clock, int maxOpenHolds) {
    this.clock = clock;
    this.maxOpenHolds = maxOpenHolds;
    this.idempotencyKeys = IdempotencyKeys.of(new InMemoryIdempotencyTable(clock), history, clock);
  }

  /** Sets one balance of a user, who is created if new. The other balance is left alone. */
  public synchronized void setBalance(String userId, CreditField field, Usd balance) {
    account(userId, field).balance = balance;
  }

  /** Sets until when one balance may be spent. */
  public synchronized void setExpiry(String userId, CreditField field, Instant expiresAt) {
    account(userId, field).expiresAt = expiresAt;
  }

  /** Says whether the user may make requests. */
  public synchronized void setActive(String userId, boolean active) {
    user(userId).active = active;
  }

  /** What the field of a known user holds now, open holds not subtracted. */
  public synchronized Usd balance(String userId, CreditField field) {
    return account(userId, field).balance;
  }

  /** What open requests of a known user hold of the field. */
  public synchronized Usd held(String userId, CreditField field) {
    return account(userId, field).held;
  }

  /** Every settlement that was taken, in order. */
  public synchronized List<Settlement> records() {
    return List.copyOf(records);
  }

  /** Releases every hold whose time is over. */
  public synchronized void releaseExpired() {
    Instant now = clock.instant();
    List<Hold> over =
        holds.values().stream().filter(hold -> hold.expiresAt().isBefore(now)).toList();
    for (Hold hold : over) {
      release(hold);
      expired.add(hold.requestId());
      traces.put(
          hold.requestId(),
          new RequestTrace.Expired(hold.requestId(), hold.creditField(), hold.amount(), now));
    }
  }

  @Override
  public void reserve(HoldRequest request, Consumer<Reservation> outcome) {
    outcome.accept(reserve(request));
  }

  private synchronized Reservation reserve(HoldRequest request) {
    Hold open = holds.get(request.requestId());
    if (open != null) {
      return new Reservation.Held(open);
    }
    if (settled.contains(request.requestId()) || expired.contains(request.requestId())) {
      return new Reservation.Unavailable("request " + request.requestId() + " has ended");
    }
    Instant now = clock.instant();
    if (request.isTooLate(now)) {
      return new Reservation.Unavailable("request " + request.requestId() + " came too late");
    }
    User user = users.get(request.userId());
    if (user == null || !user.active) {
      return new Reservation.UserRefused();
    }
    Account account = account(request.userId(), request.creditField());
    if (account.isExpired(now)) {
      return new Reservation.CreditExpired();
    }
    if (user.openHolds >= maxOpenHolds) {
      return new Reservation.TooManyHolds(maxOpenHolds);
    }
    Usd available = account.balance.minus(account.held);
    if (available.compareTo(request.amount()) < 0) {
      return new Reservation.InsufficientCredit(available);
    }
    return new Reservation.Held(hold(request));
  }

  private Hold hold(HoldRequest request) {
    Hold hold = request.heldAt(clock.instant());
    holds.put(hold.requestId(), hold);
    owners.put(hold.requestId(), hold.userId());
    user(hold.userId()).openHolds++;
    Account account = account(hold.userId(), hold.creditField());
    account.held = account.held.plus(hold.amount());
    return hold;
  }

  @Override
  public void raise(Hold hold, Usd amount, Consumer<Reservation> outcome) {
    hold.requireLessThan(amount);
    outcome.accept(raise(hold.requestId(), amount));
  }

  private synchronized Reservation raise(String requestId, Usd amount) {
    Hold open = holds.get(requestId);
    if (open == null) {
      return new Reservation.Unavailable("request " + requestId + " has ended");
    }
    if (open.amount().compareTo(amount) >= 0) {
      return new Reservation.Held(open);
    }
    if (!user(open.userId()).active) {
      return new Reservation.UserRefused();
    }
    Account account = account(open.userId(), open.creditField());
    if (account.isExpired(clock.instant())) {
      return new Reservation.CreditExpired();
    }
    Usd more = amount.minus(open.amount());
    Usd available = account.balance.minus(account.held);
    if (available.compareTo(more) < 0) {
      return new Reservation.InsufficientCredit(available);
    }
    account.held = account.held.plus(more);
    Hold raised = open.of(amount);
    holds.put(requestId, raised);
    return new Reservation.Held(raised);
  }

  private void release(Hold hold) {
    holds.remove(hold.requestId());
    user(hold.userId()).openHolds--;
    Account account = account(hold.userId(), hold.creditField());
    account.held = account.held.minus(hold.amount());
  }

  @Override
  public void settle(Settlement settlement, Consumer<Settled> outcome) {
    outcome.accept(settle(settlement));
  }

  private synchronized Settled settle(Settlement settlement) {
    String requestId = settlement.hold().requestId();
    if (settled.contains(requestId)) {
      return new Settled.AlreadyTaken();
    }
    Hold open = holds.get(requestId);
    if (open != null) {
      release(open);
      take(settlement, false);
      return new Settled.Taken();
    }
    if (expired.contains(requestId)) {
      take(settlement, true);
      return new Settled.TakenLate();
    }
    Hold hold = settlement.hold();
    if (hold.graced() && users.containsKey(hold.userId())) {
      owners.put(requestId, hold.userId());
      take(settlement, false);
      return new Settled.Taken();
    }
    return new Settled.UnknownHold();
  }

  private void take(Settlement settlement, boolean late) {
    Hold hold = settlement.hold();
    Account account = account(hold.userId(), hold.creditField());
    account.balance = account.balance.minus(settlement.charge());
    account.spent = account.spent.plus(settlement.charge());
    user(hold.userId()).tokens += settlement.record().usage().totalTokens();
    settled.add(hold.requestId());
    records.add(settlement);
    traces.put(hold.requestId(), new RequestTrace.Done(PastRequest.of(settlement, late)));
  }

  @Override
  public synchronized void extend(Hold hold) {
    Hold open = holds.get(hold.requestId());
    Instant expiresAt = clock.instant().plus(EXTENSION);
    if (open != null && open.expiresAt().isBefore(expiresAt)) {
      Hold extended =
          new Hold(open.requestId(), open.userId(), open.creditField(), open.amount(), expiresAt);
      holds.put(open.requestId(), extended);
    }
  }

  @Override
  public RequestHistory history() {
    return history;
  }

  @Override
  public IdempotencyKeys idempotencyKeys() {
    return idempotencyKeys;
  }

  /** What became of a user's request; null if it is not known or somebody else's. */
  synchronized @Nullable RequestTrace trace(String userId, String requestId) {
    if (!userId.equals(owners.get(requestId))) {
      return null;
    }
    Hold open = holds.get(requestId);
    return open == null
        ? traces.get(requestId)
        : new RequestTrace.InProgress(requestId, open.creditField(), open.amount());
  }

  /** All requests of a user, in no order. */
  synchronized List<RequestTrace> traces(String userId) {
    List<RequestTrace> found = new ArrayList<>();
    for (String requestId : owners.keySet()) {
      RequestTrace trace = trace(userId, requestId);
      if (trace != null) {
        found.add(trace);
      }
    }
    return found;
  }

  /** A user's account as it is now; null if there is no such user. */
  synchronized @Nullable AccountStatement statement(String userId) {
    User user = users.get(userId);
    if (user == null) {
      return null;
    }
    Map<CreditField, AccountStatement.Balance> balances = new EnumMap<>(CreditField.class);
    user.accounts.forEach((field, account) ->
        balances.put(
            field,
            new AccountStatement.Balance(
                account.balance, account.held, account.spent, account.expiresAt)));
    return new AccountStatement(balances, user.tokens, user.openHolds);
  }

  @Override
  public void close() {}

  private User user(String userId) {
    return users.computeIfAbsent(userId, _ -> new User());
  }

  private Account account(String userId, CreditField field) {
    return user(userId).accounts.computeIfAbsent(field, _ -> new Account());
  }

  private static final class User {
    boolean active = true;
    int openHolds;
    long tokens;
    final Map<CreditField, Account> accounts = new EnumMap<>(CreditField.class);
  }

  private static final class Account {
    Usd balance = Usd.ZERO;
    Usd held = Usd.ZERO;
    Usd spent = Usd.ZERO;
    @Nullable Instant expiresAt;

    boolean isExpired(Instant now) {
      return expiresAt != null && !now.isBefore(expiresAt);
    }
  }
}
