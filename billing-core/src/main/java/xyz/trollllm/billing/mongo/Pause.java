package xyz.trollllm.billing.mongo;

import java.time.Duration;

/** Waiting that ends early when the thread is to stop. */
final class Pause {
  private Pause() {}

  /** Waits; false if the thread is to stop instead, which it still is told then. */
  static boolean hasPassed(Duration pause) {
    try {
      Thread.sleep(pause);
      return true;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
