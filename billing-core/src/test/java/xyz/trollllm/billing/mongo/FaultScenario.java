package xyz.trollllm.billing.mongo;

import static xyz.trollllm.config.CreditField.CREDITS;
import static xyz.trollllm.config.CreditField.CREDITS_NEW;

import java.time.Duration;
import java.util.function.Consumer;

/** What users and gateways do while calls fail. */
enum FaultScenario {
  /** One request from its reservation to its row, and beyond. */
  ONE_REQUEST(world -> {
    world.reserve("a", "r1", CREDITS, "0.4");
    world.raise("a", "r1", "0.5");
    world.extend("a", "r1");
    world.settle("a", "r1", "0.450000001");
    world.deliver();
    world.drain("a");
    world.deliver();
    world.drain("a");
    world.move(Duration.ofMinutes(1));
    world.deliver();
    world.drain("a");
    world.drain("a");
  }),

  /** Requests of both credit fields, one free of charge, served by two instances. */
  TWO_INSTANCES(world -> {
    world.reserve("a", "r1", CREDITS, "0.7");
    world.reserve("b", "r2", CREDITS_NEW, "0.5");
    world.settle("a", "r1", "0.000000063");
    world.reserve("b", "r3", CREDITS, "0.8");
    world.deliver();
    world.settle("b", "r2", "0");
    world.drain("a");
    world.settle("b", "r3", "0.8");
    world.drain("b");
    world.deliver();
    world.move(Duration.ofMinutes(1));
    world.drain("a");
  }),

  /** A hold that expires before its request ends. */
  LATE(world -> {
    world.reserve("a", "r1", CREDITS, "0.3");
    world.reserve("a", "r2", CREDITS, "0.3");
    world.move(Duration.ofMinutes(20));
    world.sweep("b");
    world.deliver();
    world.drain("b");
    world.settle("a", "r1", "0.29");
    world.deliver();
    world.drain("a");
    world.settle("a", "r2", "0");
    world.drain("a");
  }),

  /** Operations that wait at the same time are merged; of three reservations two fit. */
  MERGED(world -> {
    world.reserve("a", "r0", CREDITS, "0.1");
    world.together(
        "a",
        () -> world.reserve("a", "r1", CREDITS, "0.4"),
        () -> world.extend("a", "r0"),
        () -> world.reserve("a", "r2", CREDITS_NEW, "0.3"));
    world.together(
        "a",
        () -> world.settle("a", "r0", "0.099999999"),
        () -> world.reserve("a", "r3", CREDITS, "0.3"),
        () -> world.reserve("a", "r4", CREDITS, "0.3"),
        () -> world.raise("a", "r1", "0.5"));
    world.deliver();
    world.together(
        "a",
        () -> world.settle("a", "r1", "0.4"),
        () -> world.settle("a", "r2", "0.3"),
        () -> world.settle("a", "r3", "0.000000001"),
        () -> world.settle("a", "r4", "0"));
    world.drain("a");
    world.deliver();
    world.move(Duration.ofMinutes(1));
    world.drain("a");
  }),

  /** The gateways' clock is an hour ahead while a request ends. */
  CLOCK_AHEAD(world -> {
    world.reserve("a", "r1", CREDITS, "0.4");
    world.jump(Duration.ofHours(1));
    world.settle("a", "r1", "0.3");
    world.drain("a");
    world.deliver();
    world.drain("a");
    world.deliver();
    world.jump(Duration.ofHours(-1));
    world.reserve("a", "r2", CREDITS, "0.1");
    world.settle("a", "r2", "0.1");
    world.drain("a");
  }),

  /** The gateways' clock falls back by an hour while a request is under way. */
  CLOCK_BEHIND(world -> {
    world.reserve("a", "r1", CREDITS, "0.4");
    world.jump(Duration.ofHours(-1));
    world.extend("a", "r1");
    world.sweep("b");
    world.settle("a", "r1", "0.3");
    world.drain("a");
    world.deliver();
    world.drain("a");
    world.deliver();
    world.jump(Duration.ofHours(1));
    world.drain("a");
  }),

  /** A clock that is an hour ahead takes a request under way for abandoned. */
  CLOCK_SWEEPS(world -> {
    world.reserve("a", "r1", CREDITS, "0.4");
    world.extend("a", "r1");
    world.jump(Duration.ofHours(1));
    world.sweep("b");
    world.drain("b");
    world.jump(Duration.ofHours(-1));
    world.deliver();
    world.settle("a", "r1", "0.3");
    world.drain("a");
  }),

  /** Requests that were admitted while the store did not answer, asked for once or not at all. */
  GRACED(world -> {
    world.reserve("a", "r0", CREDITS, "0.1");
    world.settle("a", "r0", "0.1");
    world.grace("a", "r1", CREDITS, "0.4", true);
    world.settle("a", "r1", "0.3");
    world.deliver();
    world.drain("a");
    world.grace("a", "r2", CREDITS_NEW, "0.5", false);
    world.settle("a", "r2", "0.25");
    world.deliver();
    world.drain("a");
    world.move(Duration.ofSeconds(14));
    world.deliver();
    world.drain("a");
    world.move(Duration.ofMinutes(1));
    world.deliver();
    world.drain("a");
  }),

  /** One such request whose hold arrives, and expires before its request ends. */
  GRACED_LATE(world -> {
    world.reserve("a", "r0", CREDITS, "0.1");
    world.grace("a", "r1", CREDITS, "0.4", true);
    world.settle("a", "r0", "0.1");
    world.move(Duration.ofMinutes(20));
    world.sweep("b");
    world.deliver();
    world.drain("b");
    world.together("a", () -> world.settle("a", "r1", "0.3"));
    world.deliver();
    world.drain("a");
    world.drain("a");
  }),

  /** Several holds expire at once and are settled late at once. */
  MERGED_LATE(world -> {
    world.together(
        "a",
        () -> world.reserve("a", "r1", CREDITS, "0.3"),
        () -> world.reserve("a", "r2", CREDITS, "0.3"));
    world.move(Duration.ofMinutes(20));
    world.sweep("b");
    world.together("a", () -> world.settle("a", "r1", "0.3"), () -> world.settle("a", "r2", "0.2"));
    world.deliver();
    world.drain("a");
  });

  @SuppressWarnings("ImmutableEnumChecker") // the scripts have no state
  private final Consumer<FaultWorld> script;

  FaultScenario(Consumer<FaultWorld> script) {
    this.script = script;
  }

  void run(FaultWorld world) {
    script.accept(world);
  }
}
