package xyz.trollllm.server;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Counts requests under way and lets a shutdown wait for them. Safe for use by many threads. */
final class InFlight {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition idle = lock.newCondition();
  private int requests;
  private boolean draining;

  /** Counts a request, unless the server is draining. */
  boolean enter() {
    lock.lock();
    try {
      if (draining) {
        return false;
      }
      requests++;
      return true;
    } finally {
      lock.unlock();
    }
  }

  void leave() {
    lock.lock();
    try {
      if (--requests == 0) {
        idle.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  boolean isDraining() {
    lock.lock();
    try {
      return draining;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Lets no request in any more and waits for those that are.
   *
   * @return how many were still under way when the time was up
   */
  int drain(Duration atMost) throws InterruptedException {
    lock.lock();
    try {
      draining = true;
      long left = atMost.toNanos();
      while (requests > 0 && left > 0) {
        left = idle.awaitNanos(left);
      }
      return requests;
    } finally {
      lock.unlock();
    }
  }
}
