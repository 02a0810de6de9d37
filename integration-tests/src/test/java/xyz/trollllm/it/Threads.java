package xyz.trollllm.it;

/**
 * Threads for reading from processes. Such a read holds on to the carrier of a virtual thread, of
 * which there are as many as processors, so a few waiting readers would stop all other virtual
 * threads of the tests.
 */
final class Threads {
  private Threads() {}

  /** Runs {@code task} on a thread of its own that keeps no JVM alive. */
  static Thread start(Runnable task) {
    return Thread.ofPlatform().daemon().start(task);
  }
}
