package xyz.trollllm.proxy;

import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.DrainLimit;

/**
 * Bounds how far an answer is read on after its client went away: by time, and by what it costs by
 * then. Confined to the call's event loop.
 */
final class Drain {
  private final DrainLimit limit;
  private final Supplier<Usd> costSoFar;
  private final Consumer<String> exceeded;
  private EventLoop.@Nullable Timer timer;
  private boolean over;

  /**
   * @param exceeded is told once which limit was hit, as a flag of the request
   */
  Drain(DrainLimit limit, Supplier<Usd> costSoFar, Consumer<String> exceeded) {
    this.limit = limit;
    this.costSoFar = costSoFar;
    this.exceeded = exceeded;
  }

  void start(EventLoop loop) {
    timer = loop.schedule(limit.time(), () -> exceed(CallFlags.DRAIN_TIME_LIMIT));
    checkCost();
  }

  /** To be called whenever more of the answer came. */
  void checkCost() {
    if (!over && costSoFar.get().amount().compareTo(limit.costUsd()) >= 0) {
      exceed(CallFlags.DRAIN_COST_LIMIT);
    }
  }

  private void exceed(String flag) {
    if (!over) {
      stop();
      exceeded.accept(flag);
    }
  }

  void stop() {
    over = true;
    if (timer != null) {
      timer.cancel();
    }
  }
}
