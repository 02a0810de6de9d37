package xyz.trollllm.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.config.CreditField.CREDITS;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import xyz.trollllm.billing.FaultyTable.Fault;
import xyz.trollllm.billing.FaultyTable.ProcessDied;
import xyz.trollllm.billing.IdempotencyClaim.CarriedOut;
import xyz.trollllm.billing.IdempotencyClaim.Granted;
import xyz.trollllm.billing.Settlement.Outcome;
import xyz.trollllm.billing.mongo.VirtualClock;

/**
 * Two requests of one key, ending in every way, at every single and double fault of the calls that
 * claim it; then others of the same key, when all claims and holds are over. The key is charged
 * once in all, and blocks nobody for longer. More faults at once: {@code -Didempotency.faults=3}.
 */
final class IdempotencyFaultsTest {
  private static final String USER = "ann";
  private static final int MOST_FAULTS = Integer.getInteger("idempotency.faults", 2);

  /** How a request goes on that got the key. */
  private enum Way {
    CHARGED,
    FOR_NOTHING,
    REFUSED,
    DIES,
    DIES_HELD,
    STALLS
  }

  /** What is deliberately wrong, to see that it is found. */
  enum Mistake {
    NONE,
    NO_FENCE,
    UNGUARDED_REPLACEMENT,
    UNGUARDED_RELEASE
  }

  @Test
  void keyIsChargedOnceWhateverFails() {
    List<String> violations = new ArrayList<>();

    int plans = violations(Mistake.NONE, Integer.MAX_VALUE, violations);

    System.out.printf("idempotency keys: %d plans, %d violations%n", plans, violations.size());
    assertThat(violations).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void mistakesAreFound(Mistake mistake) {
    List<String> violations = new ArrayList<>();

    int _ = violations(mistake, 1, violations);

    assertThat(violations).isNotEmpty();
  }

  /** Tries all plans, until {@code enough} violations were found; returns how many were tried. */
  private static int violations(Mistake mistake, int enough, List<String> violations) {
    int tried = 0;
    for (Way first : Way.values()) {
      for (Way second : Way.values()) {
        Deque<Map<Integer, Fault>> plans = new ArrayDeque<>(List.of(Map.of()));
        while (!plans.isEmpty() && violations.size() < enough) {
          Map<Integer, Fault> plan = plans.remove();
          World world = new World(plan, mistake);
          world.run(first, second, violations);
          tried++;
          if (plan.size() < MOST_FAULTS) {
            plans.addAll(withOneMore(plan, world.faulty.calls()));
          }
        }
      }
    }
    return tried;
  }

  /** The plan with one more fault, at a later call of those that were made. */
  private static List<Map<Integer, Fault>> withOneMore(Map<Integer, Fault> plan, int calls) {
    int from = plan.keySet().stream().mapToInt(call -> call + 1).max().orElse(0);
    List<Map<Integer, Fault>> plans = new ArrayList<>();
    for (int call = from; call < calls; call++) {
      for (Fault fault : Fault.values()) {
        Map<Integer, Fault> more = new HashMap<>(plan);
        more.put(call, fault);
        plans.add(more);
      }
    }
    return plans;
  }

  private static final class World {
    private final Map<Integer, Fault> plan;
    private final Mistake mistake;
    private final VirtualClock clock = new VirtualClock();
    private final InMemoryCreditLedger ledger = new InMemoryCreditLedger(clock, 1_000);
    private final IdempotencyTable table;
    private final FaultyTable faulty;
    private final Map<String, Granted> stalled = new HashMap<>();

    World(Map<Integer, Fault> plan, Mistake mistake) {
      this.plan = plan;
      this.mistake = mistake;
      this.table = new CarelessTable(new InMemoryIdempotencyTable(clock), mistake);
      this.faulty = new FaultyTable(table, plan);
      ledger.setBalance(USER, CREDITS, Usd.of("100"));
    }

    void run(Way first, Way second, List<String> violations) {
      begin("a", first);
      begin("b", second);
      begin("a2", Way.CHARGED);
      clock.move(IdempotencyKeys.CLAIM.plus(IdempotencyKeys.CLOCK_TOLERANCE).plusMillis(1));
      begin("c", Way.CHARGED);
      stalled.forEach(this::charge);
      faulty.deliver();
      clock.move(Requests.LIFETIME.plusSeconds(1));
      ledger.releaseExpired();
      faulty.deliver();
      clock.move(IdempotencyKeys.CLAIM.plus(IdempotencyKeys.CLOCK_TOLERANCE).plusMillis(1));

      IdempotencyClaim last = keys(table).claim(request("z"));
      if (last instanceof Granted granted) {
        charge("z", granted);
      } else if (!(last instanceof CarriedOut)) {
        violations.add("%s, %s at %s: in the end %s".formatted(first, second, plan, last));
      }
      long charged =
          ledger.records().stream()
              .filter(settlement -> !settlement.charge().equals(Usd.ZERO))
              .count();
      if (charged != 1) {
        violations.add("%s, %s at %s: charged %d times".formatted(first, second, plan, charged));
      }
    }

    private IdempotencyKeys keys(IdempotencyTable of) {
      return IdempotencyKeys.of(of, ledger.history(), clock);
    }

    private static IdempotentRequest request(String id) {
      return IdempotentRequest.of(id, USER, "key", "body");
    }

    private void begin(String id, Way way) {
      try {
        if (keys(faulty).claim(request(id)) instanceof Granted granted) {
          goOn(id, granted, way);
        }
      } catch (ProcessDied _) {
        // Nobody knows what became of its call.
      }
    }

    private void goOn(String id, Granted granted, Way way) {
      switch (way) {
        case CHARGED -> charge(id, granted);
        case FOR_NOTHING -> settle(hold(id, granted), Outcome.ERROR, Usd.ZERO, Basis.VOID);
        case REFUSED -> keys(faulty).release(request(id));
        case DIES -> {}
        case DIES_HELD -> {
          Hold _ = hold(id, granted);
        }
        case STALLS -> stalled.put(id, granted);
      }
    }

    private void charge(String id, Granted granted) {
      settle(hold(id, granted), Outcome.OK, Usd.of("0.01"), Basis.UPSTREAM);
    }

    private @Nullable Hold hold(String id, Granted granted) {
      HoldRequest request = new HoldRequest(id, USER, CREDITS, Usd.of("0.5"), Requests.LIFETIME);
      OneAnswer<Reservation> answer = new OneAnswer<>();
      ledger.reserve(
          mistake == Mistake.NO_FENCE ? request : request.by(granted.notAfter()), answer);
      return answer.get() instanceof Reservation.Held(Hold hold) ? hold : null;
    }

    private void settle(@Nullable Hold hold, Outcome outcome, Usd charge, Basis basis) {
      if (hold != null) {
        ledger.settle(Requests.settlement(hold, outcome, charge, basis), _ -> {});
      }
    }
  }

  /** A table that may make a mistake. */
  private record CarelessTable(IdempotencyTable table, Mistake mistake)
      implements IdempotencyTable {
    @Override
    public boolean insert(Row row) {
      return table.insert(row);
    }

    @Override
    public Optional<Standing> find(String keyHash) {
      return table.find(keyHash);
    }

    @Override
    public boolean replace(String requestId, Row by) {
      return table.replace(owner(Mistake.UNGUARDED_REPLACEMENT, by.keyHash(), requestId), by);
    }

    @Override
    public void delete(String keyHash, String requestId) {
      table.delete(keyHash, owner(Mistake.UNGUARDED_RELEASE, keyHash, requestId));
    }

    private String owner(Mistake unguarded, String keyHash, String requestId) {
      return mistake == unguarded
          ? table.find(keyHash).map(standing -> standing.row().requestId()).orElse(requestId)
          : requestId;
    }

    @Override
    public void removeExpired(Instant now) {
      table.removeExpired(now);
    }
  }
}
