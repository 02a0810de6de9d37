package xyz.trollllm.server.standin;

import java.util.concurrent.atomic.AtomicInteger;

/** Decides what the stand-in does with each request. Called by many threads; must not block. */
@FunctionalInterface
public interface Script {
  Behaviour behaviourFor(Served request);

  /** The same for every request. */
  static Script always(Behaviour behaviour) {
    return request -> behaviour;
  }

  /** One behaviour per request in this order, and ordinary answers after the last. */
  static Script inOrder(Behaviour... behaviours) {
    AtomicInteger next = new AtomicInteger();
    return request -> {
      int number = next.getAndIncrement();
      return number < behaviours.length ? behaviours[number] : Behaviour.answers();
    };
  }
}
