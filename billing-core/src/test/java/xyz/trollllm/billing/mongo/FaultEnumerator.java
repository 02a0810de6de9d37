package xyz.trollllm.billing.mongo;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import xyz.trollllm.billing.mongo.FaultPlan.Call;
import xyz.trollllm.billing.mongo.FaultPlan.Fault;
import xyz.trollllm.billing.mongo.FaultPlan.Kind;

/** Runs scenarios with every fault at every call, and with every pair of them. One thread's. */
final class FaultEnumerator {
  private final Supplier<StoreUnderTest> stores;
  private final UnaryOperator<LedgerStore> mistake;
  private final List<Finding> findings = new ArrayList<>();
  private int plans;

  /**
   * An enumerator of plans.
   *
   * @param stores gives an empty store for each plan
   * @param mistake what gateways make of their store
   */
  FaultEnumerator(Supplier<StoreUnderTest> stores, UnaryOperator<LedgerStore> mistake) {
    this.stores = stores;
    this.mistake = mistake;
  }

  /** A plan that was survived badly, and what was wrong then. */
  record Finding(String plan, List<String> violations) {}

  /** What is run, and whether its gateways have a journal. */
  private record Setting(FaultScenario scenario, boolean journal) {
    static List<Setting> of(FaultScenario scenario) {
      return List.of(new Setting(scenario, false), new Setting(scenario, true));
    }
  }

  int plans() {
    return plans;
  }

  List<Finding> findings() {
    return findings;
  }

  /**
   * No fault, every single one, and every pair or some of them.
   *
   * @param share how many of the pairs, 1 for all; which ones {@code random} says
   */
  void run(FaultScenario scenario, double share, RandomGenerator random) {
    for (Setting setting : Setting.of(scenario)) {
      for (FaultPlan single : extensions(FaultPlan.NONE, run(setting, FaultPlan.NONE))) {
        for (FaultPlan pair : extensions(single, run(setting, single))) {
          if (random.nextDouble() < share) {
            run(setting, pair);
          }
        }
      }
    }
  }

  /** Tries no fault, every single one, and every pair of a kind, until something is wrong. */
  Optional<Finding> findAny() {
    for (int faults = 0; faults <= 2; faults++) {
      for (FaultScenario scenario : FaultScenario.values()) {
        find(new Setting(scenario, false), FaultPlan.NONE, faults);
        if (!findings.isEmpty()) {
          return Optional.of(findings.getFirst());
        }
      }
    }
    return Optional.empty();
  }

  private void find(Setting setting, FaultPlan plan, int more) {
    List<Call> calls = run(setting, plan);
    if (more > 0) {
      for (FaultPlan next : extensions(plan, calls)) {
        if (findings.isEmpty() && next.isOfOneKind()) {
          find(setting, next, more - 1);
        }
      }
    }
  }

  /** The plans with one more fault, after those that {@code plan} has. */
  private static List<FaultPlan> extensions(FaultPlan plan, List<Call> calls) {
    int from = plan.faults().isEmpty() ? 0 : plan.faults().getLast().call() + 1;
    List<FaultPlan> extensions = new ArrayList<>();
    for (int call = from; call < calls.size(); call++) {
      for (Kind kind : Kind.of(calls.get(call))) {
        extensions.add(plan.and(new Fault(call, kind)));
      }
    }
    return extensions;
  }

  /** Returns the calls that were made. */
  private List<Call> run(Setting setting, FaultPlan plan) {
    plans++;
    FaultWorld world = new FaultWorld(stores.get(), plan, mistake, setting.journal());
    setting.scenario().run(world);
    world.recover();
    List<String> violations = world.violations();
    if (!violations.isEmpty()) {
      String journal = setting.journal() ? " with a journal, " : ", ";
      findings.add(new Finding(setting.scenario() + journal + plan, violations));
    }
    return world.calls();
  }
}
