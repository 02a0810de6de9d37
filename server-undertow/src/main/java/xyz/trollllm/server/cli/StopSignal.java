package xyz.trollllm.server.cli;

import java.util.concurrent.CountDownLatch;
import xyz.trollllm.server.logging.Diagnostics;

/**
 * Lets a command run until the process is told to end, and the process end only when the command
 * has cleaned up: open it first, so that it is closed last.
 */
final class StopSignal implements AutoCloseable {
  private final CountDownLatch told = new CountDownLatch(1);
  private final CountDownLatch cleanedUp = new CountDownLatch(1);

  private StopSignal() {}

  static StopSignal open() {
    StopSignal signal = new StopSignal();
    Runtime.getRuntime().addShutdownHook(new Thread(signal::tellAndWait, "shutdown"));
    return signal;
  }

  /** Returns when the process is told to end. */
  void await() throws InterruptedException {
    told.await();
  }

  private void tellAndWait() {
    if (cleanedUp.getCount() == 0) {
      return; // the command is over, and the process ends by itself
    }
    told.countDown();
    try {
      cleanedUp.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Diagnostics.stop();
    Runtime.getRuntime().halt(ExitCode.OK); // an orderly end is no failure, whichever signal asked
  }

  /** Everything is cleaned up. */
  @Override
  public void close() {
    cleanedUp.countDown();
  }
}
